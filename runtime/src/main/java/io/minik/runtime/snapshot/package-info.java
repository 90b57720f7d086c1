/**
 * Root file systems of containers: unpacked layers, shared, under overlayfs.
 *
 * <p>{@link io.minik.runtime.snapshot.Snapshots} is the contract, {@link io.minik.runtime.snapshot.OverlaySnapshots} what
 * the wiring makes. {@code TarReader} reads any tar; {@code LayerUnpacker} makes of it what overlayfs wants, without ever
 * letting the kernel follow a link of the image. All of it blocks: callers bring a worker.
 */
@NullMarked
package io.minik.runtime.snapshot;

import org.jspecify.annotations.NullMarked;
