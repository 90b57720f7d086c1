/**
 * The one place that time comes from: {@link io.minik.ground.loop.Loop} gives the hour, timers and the order of tasks, and a
 * test drives all of them by hand.
 */
@NullMarked
package io.minik.ground.loop;

import org.jspecify.annotations.NullMarked;
