@NullMarked
package io.minik.server.controllers.control;

import org.jspecify.annotations.NullMarked;
