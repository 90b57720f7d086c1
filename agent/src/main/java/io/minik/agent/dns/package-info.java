/**
 * Cluster DNS: every node answers its own pods, from informers, without a pod and without a hop.
 *
 * <p>{@code DnsServer} (UDP and TCP) decodes with {@code DnsMessages} and asks the {@code Resolver}, which knows by {@code DnsRules}
 * (read from a {@code Corefile}) who answers: a {@code HostTable}, the {@code Zone} (pure, over a {@code Directory} of services,
 * endpoints and nodes), or the {@code Upstream} through the {@code AnswerCache}. All of it is on the loop of the informers; nothing blocks.
 * Pods know the cluster DNS address (10.43.0.10); the node's rules redirect that to this listener, see docs/adr/0007.
 * {@code DnsService} keeps the {@code kube-dns} Service that holds that address. Follows Kubernetes' DNS-based service
 * discovery 1.1.0, RFC 1035, RFC 2308 (negative answers) and RFC 6891 (EDNS).
 */
@NullMarked
package io.minik.agent.dns;

import org.jspecify.annotations.NullMarked;
