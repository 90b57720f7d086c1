/**
 * Record views of core/v1: only the fields that minik reads.
 */
@NullMarked
package io.minik.api.core;

import org.jspecify.annotations.NullMarked;
