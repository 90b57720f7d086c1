/**
 * /openapi/v2 and /openapi/v3, rendered from the schema when somebody asks and kept compressed, softly. Owns no loop; call
 * it on a worker. Follows OpenAPI 3.0.0 and 2.0 with Kubernetes' x-kubernetes extensions.
 */
@NullMarked
package io.minik.server.openapi;

import org.jspecify.annotations.NullMarked;
