/**
 * The pod network of one node: rtnetlink over {@code sys}, addresses as files, one bridge, one nft table.
 *
 * <p>A netlink socket acts in the network namespace that it was made in, so pods are configured through a socket that
 * their sandbox's tape made there; no thread of ours ever enters one. Everything blocks and runs on the runtime's worker.
 * Names: the bridge and the nft table are configured; a pod's host-side link is {@code mk} and 13 hex digits of its
 * sandbox id's hash; routes of ours carry protocol 109. Follows rtnetlink(7) and what CNI's bridge and host-local plugins
 * do.
 */
@NullMarked
package io.minik.runtime.net;

import org.jspecify.annotations.NullMarked;
