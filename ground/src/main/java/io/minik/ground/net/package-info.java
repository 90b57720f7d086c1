/**
 * Addresses and ranges, and what every server of minik shares between its socket and HTTP: who may connect, how many at
 * once, which requests may ask for another protocol.
 */
@NullMarked
package io.minik.ground.net;

import org.jspecify.annotations.NullMarked;
