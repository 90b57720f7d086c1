/** Tests of the node room. */
@NullMarked
package io.minik.agent.node;

import org.jspecify.annotations.NullMarked;
