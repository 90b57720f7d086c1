/** Tests of node certificates. */
@NullMarked
package io.minik.agent.pki;

import org.jspecify.annotations.NullMarked;
