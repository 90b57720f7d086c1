/** Tests of the kubelet: a runtime, an API and a clock that a test moves by hand. */
@NullMarked
package io.minik.agent.kubelet;

import org.jspecify.annotations.NullMarked;
