@NullMarked
package io.minik.server.controllers.endpoints;

import org.jspecify.annotations.NullMarked;
