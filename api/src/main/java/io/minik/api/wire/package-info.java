/**
 * What minik's HTTPS servers share below HTTP: which ciphers, and which requests may ask for another protocol.
 */
@NullMarked
package io.minik.api.wire;

import org.jspecify.annotations.NullMarked;
