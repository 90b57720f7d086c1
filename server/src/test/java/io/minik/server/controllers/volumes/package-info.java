@NullMarked
package io.minik.server.controllers.volumes;

import org.jspecify.annotations.NullMarked;
