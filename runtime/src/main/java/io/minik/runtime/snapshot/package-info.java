/**
 * Root file systems of containers: unpacked layers, shared, under overlayfs.
 *
 * <p>{@link io.minik.runtime.snapshot.Snapshotter} is the contract, {@link io.minik.runtime.snapshot.OverlaySnapshotter} what
 * the wiring makes. {@code TarReader} reads any tar; {@code LayerUnpacker} makes of it what overlayfs wants; where the names
 * of an archive lead is {@code LayerTree}'s, by openat2, so that the kernel never follows a link of the image. Archives are
 * strangers': entries, headers and disk space are bounded, and memory does not grow with them. All of it blocks: callers
 * bring a worker.
 */
@NullMarked
package io.minik.runtime.snapshot;

import org.jspecify.annotations.NullMarked;
