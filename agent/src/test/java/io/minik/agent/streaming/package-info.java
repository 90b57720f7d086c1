/** Tests of the kubelet's HTTPS face, on a real runtime and with the real kubectl. */
@NullMarked
package io.minik.agent.streaming;

import org.jspecify.annotations.NullMarked;
