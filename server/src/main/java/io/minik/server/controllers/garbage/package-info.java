/**
 * What goes after its owner or with its namespace: the graph of owner references, and the ordered end of a namespace.
 */
@NullMarked
package io.minik.server.controllers.garbage;

import org.jspecify.annotations.NullMarked;
