/**
 * Which system calls a container may make: profiles in, BPF programs out.
 *
 * <pre>
 *   profile's name, capabilities ─ SeccompProfiles ─► SeccompPolicy ─ SeccompCompiler ─► bytes for the start tape
 * </pre>
 *
 * {@link io.minik.runtime.seccomp.SeccompProfiles} is the face; runtime.container asks it, on its worker. Pure but for
 * reading {@code localhost/} profiles; compiled defaults are kept and shared by all threads. Profiles are docker's JSON as
 * containers/common has it, the default is docker's and containerd's set; BPF as seccomp(2) says. syscalls.tsv and
 * seccomp-default.txt are tables to be kept up with the kernel.
 */
@NullMarked
package io.minik.runtime.seccomp;

import org.jspecify.annotations.NullMarked;
