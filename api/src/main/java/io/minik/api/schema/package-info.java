/**
 * The type graph: strict decoding, defaults, validation, list semantics, OpenAPI; from schema.bin, made at build time (API.md).
 */
@NullMarked
package io.minik.api.schema;

import org.jspecify.annotations.NullMarked;
