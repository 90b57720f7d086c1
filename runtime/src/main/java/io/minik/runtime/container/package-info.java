/**
 * Containers: create, start, stop, exec, attach, logs; they outlive minik and are adopted. Follows OCI runtime-spec 1.2 and CRI's semantics.
 */
@NullMarked
package io.minik.runtime.container;

import org.jspecify.annotations.NullMarked;
