/**
 * Admission policies: what the cluster's administrators demand of writes, and change in them, in CEL.
 *
 * <pre>
 *   policy, binding -- Compiled --&gt; Policy, Binding --.
 *   parameters ------- Parameters -------------------+--&gt; Validations: denied, warned of, audited
 *   Review ----------- server.matching --------------'--&gt; Mutations: patches, defaults, again if need be
 * </pre>
 *
 * <p>{@link io.minik.server.policy.ValidatingPolicies} and {@link io.minik.server.policy.MutatingPolicies} are steps of admission;
 * without a binding they cost one look at a cache. {@link io.minik.server.policy.PolicyTypes} says in a policy's status what its
 * expressions would come upon, on the controllers' loop. Follows "Validating Admission Policy", "Mutating Admission Policy" and
 * apiserver's pkg/admission/plugin/policy.
 */
@NullMarked
package io.minik.server.policy;

import org.jspecify.annotations.NullMarked;
