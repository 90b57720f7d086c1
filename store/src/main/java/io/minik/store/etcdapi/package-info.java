/**
 * The etcd v3 gRPC face: thin translations from etcd's messages to the store's contract and back.
 *
 * <p>{@link io.minik.store.etcdapi.EtcdApi} serves KV, Watch, Lease, Lock, Election, Auth, Cluster and Maintenance over gRPC, the same as
 * JSON ({@code Gateway}), and etcd's plain HTTP pages. Each call runs on its connection's event loop; nothing here blocks and nothing
 * is kept but what an open stream needs. Errors have etcd's codes and texts, as its clients compare the texts. Who may what is
 * {@code store.etcdauth}'s; checksums and snapshots are made by {@code store.etcdfile} on a worker.
 *
 * <p>{@code proto} below is generated from {@code src/main/protobuf}.
 */
@NullMarked
package io.minik.store.etcdapi;

import org.jspecify.annotations.NullMarked;
