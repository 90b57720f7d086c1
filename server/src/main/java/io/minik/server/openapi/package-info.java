/**
 * /openapi/v2 and /openapi/v3, rendered on demand from the schema.
 */
@NullMarked
package io.minik.server.openapi;

import org.jspecify.annotations.NullMarked;
