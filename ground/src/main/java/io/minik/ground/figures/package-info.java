/**
 * Figures that rooms tell of themselves, in Prometheus' text format under upstream's names. Owned by nobody: any thread counts,
 * any thread reads. What a room counts, it holds; whoever serves {@code /metrics} asks for the text.
 */
@NullMarked
package io.minik.ground.figures;

import org.jspecify.annotations.NullMarked;
