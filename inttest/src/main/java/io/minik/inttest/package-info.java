/** Clients of other people, run against a live minik. Each is a main that exits non-zero with the step that failed. */
@NullMarked
package io.minik.inttest;

import org.jspecify.annotations.NullMarked;
