/**
 * Pod sandboxes: network, IPC, UTS and perhaps PID namespaces, pinned as files, without a pause process.
 *
 * <p>{@link io.minik.runtime.sandbox.Sandboxes} is the face, {@link io.minik.runtime.sandbox.LinuxSandboxes} the real
 * one; its work runs on the runtime's worker. A tape unshares, sets host name and sysctls, mounts the pod's /dev/shm and
 * pins; it waits at a gate until its netlink socket was copied out, through which the pod's link is configured. A shared
 * PID namespace has a PID 1 of 24 kB that reaps. State is in {@link io.minik.runtime.sandbox.SandboxFiles}; a restarted
 * minik finds sandboxes by it, and {@code reclaim()}, called once before anything else, removes what is on no record.
 * Sandboxes of one pod (attempts) share its cgroup: only the last takes it along. Follows CRI's PodSandbox.
 */
@NullMarked
package io.minik.runtime.sandbox;

import org.jspecify.annotations.NullMarked;
