/**
 * One cache per resource: current objects as bytes with a head, an event ring, watchers.
 */
@NullMarked
package io.minik.server.watchcache;

import org.jspecify.annotations.NullMarked;
