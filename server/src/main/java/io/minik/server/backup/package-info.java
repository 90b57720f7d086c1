/**
 * Backups: snapshots of the store in etcd's form (store.etcdfile), on a schedule and when asked, and the way back.
 *
 * <p>{@link io.minik.server.backup.Backups} is a room on the control plane's loop; files are written and read on a worker of its
 * own. {@link io.minik.server.backup.Restoration} is called by the command line while no server runs. {@link
 * io.minik.server.backup.SealedIdentity} is what a snapshot has of the server itself: certificates, keys and token, sealed by
 * the token's password, so that another machine can be this server. Words, file names and defaults are k3s' (docs.k3s.io, etcd-snapshot).
 */
@NullMarked
package io.minik.server.backup;

import org.jspecify.annotations.NullMarked;
