/**
 * The durable store: our own log makes it durable, MapDB holds the values.
 *
 * <p>A data directory has
 *
 * <pre>
 * FORMAT                 "minik-store 1": a directory of a newer format is refused
 * LOCK                   locked by the process that has the store open
 * log-&lt;n&gt;                frames from number n on, one a batch; the newest is written, zero-filled ahead
 * snapshot-&lt;n&gt;           all that frames before n amount to; "…tmp" while it is being written
 * values                 the part of the values that has outgrown direct memory; has no name while open
 * </pre>
 *
 * <p><b>Log.</b> A frame is {magic, length, crc32c, number, durableUpTo, payload}. The writer writes one frame a batch and
 * syncs once; nothing is acknowledged or visible before. {@code durableUpTo} is how far the file was known to be on disk
 * when the frame was written: a frame that can't be read before any such point is rot, and the store does not open; after
 * the last such point it is the tail of a write that nobody was told of, and is cut off.
 *
 * <p><b>Snapshot.</b> When the log has grown, the writer goes on in a new file and a thread writes what is retained, by
 * key, at a bounded rate; renamed into place, it replaces the log before it.
 *
 * <p><b>Values.</b> MapDB is never trusted with durability: each start fills a fresh one from snapshot and log. The heap
 * holds only keys and revisions.
 *
 * <p>Any failed sync halts the store: what a second try answers means nothing. A full disk does not: it refuses writes that
 * grow.
 */
@NullMarked
package io.minik.store.mapdb;

import org.jspecify.annotations.NullMarked;
