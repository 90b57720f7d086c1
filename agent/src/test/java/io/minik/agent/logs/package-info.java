/** Tests of log reading. */
@NullMarked
package io.minik.agent.logs;

import org.jspecify.annotations.NullMarked;
