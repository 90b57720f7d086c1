/**
 * The type graph of all GA kinds, and what it drives.
 *
 * <p>schema.bin (types, fields, kinds) and schema-docs.bin (descriptions) are made at build time by api/src/generator from
 * the sources of Kubernetes' Java client: its protobuf comments carry the list and patch markers, its OpenAPI models the
 * JSON names, required fields, paths and verbs. Short names and defaults are tables here.
 *
 * <pre>
 *   bytes -- Decoder --> tree that fits its Type -- Defaults --> whole object -- api.validation --> causes (empty: good)
 * </pre>
 *
 * Loaded once ({@link io.minik.api.schema.Schema#load}, some 10 ms, under 400 KB of heap), immutable, shared by all threads;
 * decoding and defaults are pure and run on the caller's thread. Descriptions are loaded when OpenAPI asks and
 * let go after. Texts of errors are those of kube-apiserver (apimachinery's field.Error, encoding/json). Follows
 * https://kubernetes.io/docs/reference/using-api/api-concepts/ and pkg/apis of Kubernetes 1.36.
 */
@NullMarked
package io.minik.api.schema;

import org.jspecify.annotations.NullMarked;
