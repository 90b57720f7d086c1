/**
 * Control groups, v1, v2 and hybrid (v1 controllers beside an empty v2 tree). Everything is below one directory of ours
 * in each hierarchy, named by configuration; groups are addressed by their path below it.
 *
 * <p>All calls block (cgroupfs takes a kernel mutex): workers only. State is the kernel's: a restarted minik lists and
 * adopts what it finds. Follows the kernel's admin-guide/cgroup-v1, cgroup-v2 and the OCI runtime-spec's conversions.
 */
@NullMarked
package io.minik.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
