@NullMarked
package io.minik.server.controllers.nodes;

import org.jspecify.annotations.NullMarked;
