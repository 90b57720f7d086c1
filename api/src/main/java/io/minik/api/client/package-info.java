/**
 * How rooms talk to the API: ApiClient over a Transport (HTTP, or in-process), Reflector, Informer, WorkQueue, Reconciler.
 */
@NullMarked
package io.minik.api.client;

import org.jspecify.annotations.NullMarked;
