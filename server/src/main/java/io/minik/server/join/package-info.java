/**
 * How a node becomes one of us: /cacerts and /v1-minik/*.
 */
@NullMarked
package io.minik.server.join;

import org.jspecify.annotations.NullMarked;
