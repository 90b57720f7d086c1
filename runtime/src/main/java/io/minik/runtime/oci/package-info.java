/**
 * An OCI runtime: bundles in, containers out, in the words of runc's command line.
 *
 * <pre>
 *   podman, docker, a shell
 *      │ executes
 *   client (a {@link io.minik.runtime.tape.DrivenTape}) ◄── calls ── {@link io.minik.runtime.oci.Runc}, in the minik that runs, or in a JVM of its own
 *      │ clones, executes an image that Runc wrote
 *   stage ─ clone ─► init: mounts, pivot_root, credentials, waits for start, execve
 * </pre>
 *
 * <p>Runc is straight Java: it reads the bundle, makes the cgroup, and has the client make every call that needs the
 * client's place in the tree of processes; the init is a tape ({@link io.minik.runtime.oci.InitTape}, pure). What is
 * kept of a container is a folder below {@code --root}; no daemon is needed to read it. A call occupies one thread that
 * blocks, for as long as the client lives. Follows the OCI runtime-spec and runc's command line; docs/adr/0016 says why.
 */
@NullMarked
package io.minik.runtime.oci;

import org.jspecify.annotations.NullMarked;
