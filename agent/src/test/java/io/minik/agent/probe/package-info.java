/** Tests of probes. */
@NullMarked
package io.minik.agent.probe;

import org.jspecify.annotations.NullMarked;
