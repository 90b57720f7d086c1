/**
 * The built-in admission plugins, one list in order.
 */
@NullMarked
package io.minik.server.admission;

import org.jspecify.annotations.NullMarked;
