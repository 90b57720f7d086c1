/**
 * What upstream's conformance tests look at, followed step by step where kubectl does not show it: watches, single requests
 * and their answers. One process holds them all and prints one line for each behaviour.
 */
@NullMarked
package io.minik.inttest.conformance;

import org.jspecify.annotations.NullMarked;
