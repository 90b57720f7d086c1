/**
 * Record views of core/v1: only the fields that minik reads, as {@link io.minik.api.core.Pod#of} finds them in an object.
 *
 * <p>Immutable, read by all; nothing is written through a view: who changes an object edits its tree, so that fields no view
 * knows are kept. Absent lists and maps are empty, absent texts "".
 */
@NullMarked
package io.minik.api.core;

import org.jspecify.annotations.NullMarked;
