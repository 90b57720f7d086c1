/**
 * The kernel's door: the only room that touches FFI.
 *
 * <p>{@link io.minik.runtime.sys.Sys} is the seam (one call = one system call, {@code -errno} on failure), with the real
 * {@link io.minik.runtime.sys.LinuxSys} and the fake {@link io.minik.runtime.sys.RecordingSys};
 * {@link io.minik.runtime.sys.Kernel} gives calls Java's types and names what failed on what. A thread of the JVM never
 * enters a namespace, changes its credentials or loads a filter: LinuxSys refuses, a tape does it in a process of its own.
 *
 * <p>{@link io.minik.runtime.sys.Poller} is one thread that waits for every descriptor of the runtime; streams over
 * descriptors belong to it and hand chunks to their Vert.x context. {@link io.minik.runtime.sys.KeyedWorker} is where
 * all blocking work runs: side by side, one at a time for a key. Small files kept whole: {@link
 * io.minik.runtime.sys.JsonFile}.
 */
@NullMarked
package io.minik.runtime.sys;

import org.jspecify.annotations.NullMarked;
