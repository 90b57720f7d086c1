/**
 * What all kinds share without being objects: resources and their names, quantities, schedules, and the one failure that
 * users of the API see, {@link io.minik.api.meta.ApiException} with its Status.
 *
 * <p>Values, immutable and pure; texts from outside are parsed into them at the edge. Names and quantities follow
 * apimachinery, in its words; the rest meta/v1.
 */
@NullMarked
package io.minik.api.meta;

import org.jspecify.annotations.NullMarked;
