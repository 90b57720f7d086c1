/**
 * Which addresses stand behind a Service: Endpoints, EndpointSlices, and the mirror of those that people write by hand. And
 * where Services get their addresses from: ServiceCIDRs.
 */
@NullMarked
package io.minik.server.controllers.endpoints;

import org.jspecify.annotations.NullMarked;
