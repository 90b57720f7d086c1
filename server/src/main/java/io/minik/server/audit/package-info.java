/**
 * What is written down of requests, and where: kube-apiserver's audit policy, log and webhook.
 *
 * <p>A rule of the {@link io.minik.server.audit.AuditPolicy} says how much of a request is told at which stages; {@code
 * server.http.AuditLog} makes the events, {@link io.minik.server.audit.AuditSinks} keeps them: a file that is rotated, and a
 * server elsewhere that gets them in batches. Both have a worker or loop of their own, and queues bounded in bytes: what does not
 * fit is dropped and counted, and no request waits unless {@code --audit-log-mode} says so. Any thread may call.
 *
 * <p>Follows https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/.
 */
@NullMarked
package io.minik.server.audit;

import org.jspecify.annotations.NullMarked;
