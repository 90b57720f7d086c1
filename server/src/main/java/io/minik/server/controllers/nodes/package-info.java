/**
 * Nodes: their piece of the cluster range, their silence and what it does to their pods, taints, and pods that nobody ends.
 */
@NullMarked
package io.minik.server.controllers.nodes;

import org.jspecify.annotations.NullMarked;
