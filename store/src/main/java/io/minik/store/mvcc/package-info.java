/**
 * Revisions: what every store of ours does alike, apart from where bytes are kept.
 *
 * <p>{@link io.minik.store.mvcc.MvccStore} is a whole {@link io.minik.store.Store}, given {@link
 * io.minik.store.mvcc.Records} (where values live) and a {@link io.minik.store.mvcc.Journal} (what makes a batch
 * durable). {@code memory} and {@code mapdb} fill in the two.
 *
 * <pre>{@code
 * any context:  txn() -> checks -> queue ............................. Future completes on the caller's context
 * writer:       drain -> evaluate (index + overlay) -> Journal.flush -> publish to the index -> replies, watch events
 * any context:  range() -> index at the published revision -> Records
 * }</pre>
 *
 * <p>One thread, the writer, decides and changes: it owns the overlay, the leases, the watch hub and the journal. It is a
 * plain thread and never interrupted (an interrupt closes a FileChannel under its user). Readers run on any thread
 * straight on the concurrent index: they read at one published revision, so that they see whole txns; publishing follows
 * the sync, so that they see nothing that can be lost. Follows etcd's data model: a key's history is a list of revisions,
 * a delete leaves a tombstone, compaction keeps the newest entry of each key at or before the compacted revision.
 */
@NullMarked
package io.minik.store.mvcc;

import org.jspecify.annotations.NullMarked;
