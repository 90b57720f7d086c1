/**
 * Containers: create, start, stop, exec, attach, logs; they outlive minik and are adopted.
 *
 * <pre>
 *   ContainerConfig ─ LaunchPlan ─► Launch ─ StartTape ─► Tape ─ Starter ─► shim P ── clone ──► container C
 *   C's FIFOs or pty ──► Output (poll thread) ──► ContainerLogFile, attachments
 *   C ends ─► P writes status, leaves when a minik is there ─► pidfd ─► LinuxContainers.end ─► Life on disk, listeners
 * </pre>
 *
 * <p>{@link io.minik.runtime.container.Containers} is the face, {@link io.minik.runtime.container.LinuxContainers} the
 * real one: changes of a container happen on the worker under its id's key, ends are noticed by the poll thread, answers
 * complete on the caller's context. {@code adopt()} is called once, after the sandboxes' reclaim and before anything
 * else; {@code release()} last. Output leaves a FIFO only after it was logged, and the FIFO is held open by the shim, so a
 * killed minik loses none. Paths that an image or a volume can influence are resolved after pivot_root, and then by descriptors only: see docs/security.md. {@link
 * io.minik.runtime.container.Reclaim} takes everything away without a running minik. Needs Linux 5.9 (close_range; pidfds in setns are
 * 5.8, open_tree 5.2). Follows OCI runtime-spec 1.2 for Linux and CRI's semantics.
 */
@NullMarked
package io.minik.runtime.container;

import org.jspecify.annotations.NullMarked;
