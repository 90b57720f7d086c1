/** Containers side by side with crun and runc. */
@NullMarked
package io.minik.bench.runtime;

import org.jspecify.annotations.NullMarked;
