/**
 * HTTPS and the request pipeline: one list of filters, in order.
 */
@NullMarked
package io.minik.server.http;

import org.jspecify.annotations.NullMarked;
