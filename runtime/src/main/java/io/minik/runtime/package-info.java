/**
 * What all rooms of the runtime share: its one failure type, and things by their labels.
 */
@NullMarked
package io.minik.runtime;

import org.jspecify.annotations.NullMarked;
