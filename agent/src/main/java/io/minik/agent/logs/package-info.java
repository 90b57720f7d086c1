/**
 * Reads containers' logs for `kubectl logs`: files in CRI format ({@code time stream P|F text}), over rotations, from the
 * start or the tail, once or following.
 *
 * <p>A {@code LogStream} lives on the context of its reader; files are read on the file workers, a block at a time and
 * never ahead of what the reader takes. While it follows it waits for the kernel to tell that the directory changed
 * (inotify, by {@link io.minik.agent.logs.LogWatch}); nothing is polled.
 */
@NullMarked
package io.minik.agent.logs;

import org.jspecify.annotations.NullMarked;
