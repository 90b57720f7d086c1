/**
 * cgroup v1, v2 and hybrid: limits, statistics, adoption by path.
 */
@NullMarked
package io.minik.runtime.cgroup;

import org.jspecify.annotations.NullMarked;
