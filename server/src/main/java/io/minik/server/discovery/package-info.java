/**
 * /api, /apis, aggregated discovery, /version.
 */
@NullMarked
package io.minik.server.discovery;

import org.jspecify.annotations.NullMarked;
