/**
 * Whether a request is one that a webhook or a policy is about, and what expressions see of it.
 *
 * <pre>
 *   Review -- Attributes --&gt; RuleMatch --&gt; Matched: in which form of its kind
 *                               '--&gt; Activation: variables, budget --&gt; MatchConditions, expressions of policies
 * </pre>
 *
 * <p>What is configured is compiled once per stored version ({@link io.minik.server.matching.Compiled}); a change counts for the
 * next request. Stateless; on the request's loop. An expression that asks an authorizer that must wait is run again when the
 * answer is there ({@link io.minik.server.matching.Questions}). Follows apiserver's pkg/admission/plugin/webhook/predicates,
 * matchconditions and plugin/cel.
 */
@NullMarked
package io.minik.server.matching;

import org.jspecify.annotations.NullMarked;
