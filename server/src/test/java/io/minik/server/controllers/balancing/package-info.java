@NullMarked
package io.minik.server.controllers.balancing;

import org.jspecify.annotations.NullMarked;
