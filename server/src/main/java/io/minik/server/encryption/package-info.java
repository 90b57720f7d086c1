/**
 * Encryption at rest: values of some resources are stored sealed, and seen as they were by everybody above the store.
 *
 * <p>Owns what kube-apiserver calls an EncryptionConfiguration: which resources, which providers in which order, their keys
 * ({@link io.minik.server.encryption.EncryptionConfig}), and the store as the API server sees it ({@link
 * io.minik.server.encryption.EncryptedStore}). The etcd face shows the store itself, so what etcdctl prints is sealed. Bytes
 * are upstream's: {@code k8s:enc:aesgcm:v1:key1:}, the object's key as associated data, so that either server reads what the
 * other wrote. Sealing and opening are pure and run on the caller's thread; whoever made no configuration pays one look at a
 * field for each call.
 *
 * <p>What can't be opened is no absence: it is told as upstream tells it, and stays as it is stored.
 *
 * <p>Follows https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/.
 */
@NullMarked
package io.minik.server.encryption;

import org.jspecify.annotations.NullMarked;
