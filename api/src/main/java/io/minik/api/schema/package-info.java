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
 * The way back needs no tree: {@link io.minik.api.schema.ProtobufEncoder} makes protobuf of JSON's bytes by the same graph.
 *
 * <p>Kubernetes' own kinds are the first {@link io.minik.api.schema.Schema}; {@link io.minik.api.schema.Kinds} swaps it for
 * another when a kind comes or goes, and tells who follows. A kind that comes is an {@link
 * io.minik.api.schema.AddedKind}: its {@link io.minik.api.schema.Structural} schema prunes and fills in its objects and is
 * what they are held against, its Type is the projection of it that apply reads.
 *
 * <p>Loaded once ({@link io.minik.api.schema.Schema#load}, some 10 ms, under 400 KB of heap), immutable, shared by all threads;
 * decoding and defaults are pure and run on the caller's thread. Descriptions are loaded when OpenAPI asks and
 * let go after. Texts of errors are those of kube-apiserver (apimachinery's field.Error, encoding/json). Follows
 * https://kubernetes.io/docs/reference/using-api/api-concepts/ and pkg/apis of Kubernetes 1.36.
 */
@NullMarked
package io.minik.api.schema;

import org.jspecify.annotations.NullMarked;
