@NullMarked
package io.minik.server.controllers.garbage;

import org.jspecify.annotations.NullMarked;
