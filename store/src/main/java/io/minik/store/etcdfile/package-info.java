/**
 * What etcd's snapshot files hold, made of a store and read into one: its keys with their past, its leases, what was compacted.
 *
 * <p>{@link io.minik.store.etcdfile.SnapshotWriting} writes such a file, which etcdutl and a real etcd take; {@link
 * io.minik.store.etcdfile.SnapshotFile} reads one, of etcd's or of ours; {@link io.minik.store.etcdfile.RevisionRecord} is how
 * etcd has one change, which its checksums are made of, too. All of it blocks and is called on workers. Follows etcd's
 * server/storage/schema and mvcc/revision.go; {@code docs/adr/0018} says why it is etcd's format.
 *
 * <pre>
 * key          {revision 8, '_', place in it 8, 't' for a delete} → mvccpb.KeyValue
 * lease        {id 8} → leasepb.Lease
 * meta         consistent_index, term, finishedCompactRev, scheduledCompactRev
 * alarm, auth, authRoles, authUsers, cluster, members, members_removed   as etcd makes them, empty where we have nothing
 * minik        what etcd does not know, and keeps: whose cluster it is
 * </pre>
 *
 * Behind the database is the SHA-256 of it.
 */
@NullMarked
package io.minik.store.etcdfile;

import org.jspecify.annotations.NullMarked;
