@NullMarked
package io.minik.server.controllers.autoscaling;

import org.jspecify.annotations.NullMarked;
