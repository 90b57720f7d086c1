/**
 * Table output: what kubectl get prints.
 */
@NullMarked
package io.minik.server.table;

import org.jspecify.annotations.NullMarked;
