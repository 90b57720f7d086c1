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
 * <pre>
 *   of a kind that was added ── StructuralRules (the schema's words), EmbeddedRules, ListRules, then ExpressionRules (CEL)
 *   a definition of one      ── DefinitionRules ─┬─ DefinitionSchemaRules ─┬─ StructuralSchemaRules, ListTypeRules
 *                                                │                         ├─ SchemaDefaultRules   defaults are values
 *                                                │                         └─ ExpressionSchemaRules  and what they cost
 *                                                └─ SelectableFieldRules, WebhookRules, ApiApproval
 * </pre>
 *
 * {@link io.minik.api.validation.Validator} is the face. Pure: no rule reads anything but the object, and on update the
 * stored one; what needs other objects is admission's. Runs on the caller's thread. Follows pkg/apis/…/validation of
 * Kubernetes 1.36.
 */
@NullMarked
package io.minik.api.validation;

import org.jspecify.annotations.NullMarked;
