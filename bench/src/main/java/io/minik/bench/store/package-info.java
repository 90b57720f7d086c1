/** What the durable store costs, in process: {@code StoreBench DIRECTORY}. */
@NullMarked
package io.minik.bench.store;

import org.jspecify.annotations.NullMarked;
