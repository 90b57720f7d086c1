/**
 * The store's contract: etcd v3 semantics on bytes, in one page.
 *
 * <p>It knows nothing of Kubernetes. {@link io.minik.store.Store} is what the API server, and the etcd face, talk to; {@code
 * mapdb} is the durable one, {@code memory} the fake that passes the same contract suite, {@code
 * remote} that of an etcd elsewhere. Follows etcd's data model and API guarantees (https://etcd.io/docs/v3.5/learning/).
 */
@NullMarked
package io.minik.store;

import org.jspecify.annotations.NullMarked;
