/**
 * What is wrong with an object, in kube-apiserver's words (apimachinery's field.Error).
 *
 * <pre>
 *   decoded, defaulted tree ── Validator ─┬─ MetaRules    names, labels, owners: every kind
 *                                         ├─ FieldRules   tables: words, least values, ports, wherever the type stands
 *                                         ├─ KindRules ── PodRules, WorkloadRules, ServiceRules, SmallKindRules …
 *                                         └─ UpdateRules  what may not change
 *                                         └──► causes (empty: good)
 * </pre>
 *
 * {@link io.minik.api.validation.Validator} is the face. Pure: no rule reads anything but the object, and on update the
 * stored one; what needs other objects is admission's. Runs on the caller's thread. Follows pkg/apis/…/validation of
 * Kubernetes 1.36.
 */
@NullMarked
package io.minik.api.validation;

import org.jspecify.annotations.NullMarked;
