/**
 * A store that is elsewhere: {@link io.minik.store.Store}'s contract over the v3 API of a real etcd (3.4 to 3.6), or of another
 * minik's etcd port.
 *
 * <p>It owns one event loop, on which all calls are made; callers are answered on their own contexts. One endpoint is spoken to
 * at a time, by one HTTP/2 connection. Values that watches and pages have told are kept beside it, outside the heap, for as
 * long as somebody holds their handles. What to do when etcd does not answer is in {@code docs/adr/0019}.
 */
@NullMarked
package io.minik.store.remote;

import org.jspecify.annotations.NullMarked;
