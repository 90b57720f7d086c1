/**
 * Users, roles and what they may: etcd's Auth without its wire.
 *
 * <p>{@link io.minik.store.etcdauth.AuthBook} owns the present {@link io.minik.store.etcdauth.AuthState}, an immutable image, and
 * the tokens; all on the loop of the etcd face. A change is written to {@code AUTH} beside the store before it holds. Passwords
 * are bcrypt's, as in etcd, so that a snapshot is good for both; they are hashed on a worker. Follows etcd's server/auth.
 */
@NullMarked
package io.minik.store.etcdauth;

import org.jspecify.annotations.NullMarked;
