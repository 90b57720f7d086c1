/** What a running API server costs: CPU time of its processes per request, per LIST and per watch event delivered. */
@NullMarked
package io.minik.bench.api;

import org.jspecify.annotations.NullMarked;
