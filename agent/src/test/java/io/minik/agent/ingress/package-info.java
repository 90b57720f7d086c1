@NullMarked
package io.minik.agent.ingress;

import org.jspecify.annotations.NullMarked;
