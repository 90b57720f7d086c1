/**
 * Nonsense for every endpoint that a server says it has, by a seed that is printed: whatever comes, the answer is no failure of
 * the server's own, and comes in time. {@link io.minik.inttest.fuzz.Nonsense} is the main.
 */
@NullMarked
package io.minik.inttest.fuzz;

import org.jspecify.annotations.NullMarked;
