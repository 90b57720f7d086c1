/**
 * What all rooms of the runtime share: its one failure type.
 */
@NullMarked
package io.minik.runtime;

import org.jspecify.annotations.NullMarked;
