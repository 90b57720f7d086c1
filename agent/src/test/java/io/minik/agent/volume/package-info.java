/** Tests of volumes. */
@NullMarked
package io.minik.agent.volume;

import org.jspecify.annotations.NullMarked;
