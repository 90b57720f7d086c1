/** An operator as people write them, with fabric8's client: {@link io.minik.inttest.operator.Operator} is the main. */
@NullMarked
package io.minik.inttest.operator;

import org.jspecify.annotations.NullMarked;
