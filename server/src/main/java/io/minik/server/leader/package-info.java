/**
 * Several servers of one cluster: who of them leads, and which of them there are.
 *
 * <p>{@link io.minik.server.leader.LeaderElection} runs rooms only while this server holds a Lease in kube-system, as upstream's
 * kube-controller-manager and kube-scheduler do; it steps down in place. {@link io.minik.server.leader.ServerPresence} shows this
 * server by a Lease of its own and keeps the addresses of the Service {@code kubernetes}. Both are clients of the API, on the loop
 * that they are given, and go by their own clock: never by the times that other machines have written. See {@code docs/adr/0020}.
 */
@NullMarked
package io.minik.server.leader;

import org.jspecify.annotations.NullMarked;
