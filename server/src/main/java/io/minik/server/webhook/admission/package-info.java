/**
 * Admission by webhooks: steps of admission that ask who is configured, mutating ones one after the other, validating ones all at once.
 *
 * <pre>
 *   Review -- Hook.rules, conditions --&gt; HookCalls --&gt; HookReply: allowed | denied | failed
 *     mutating: its patch is applied, decoded, defaulted; a change may bring a second round of all mutators (Reinvocation)
 *     failed:   failurePolicy says whether the request fails, or goes on as if nobody had been asked
 * </pre>
 *
 * <p>Stateless but for its metrics; on the request's loop. Configurations are read once per stored version and count from the next request
 * on; those of admission itself are shown to nobody. Follows Kubernetes' "Dynamic Admission Control" and apiserver's
 * pkg/admission/plugin/webhook.
 */
@NullMarked
package io.minik.server.webhook.admission;

import org.jspecify.annotations.NullMarked;
