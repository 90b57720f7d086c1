@NullMarked
package io.minik.agent.policy;

import org.jspecify.annotations.NullMarked;
