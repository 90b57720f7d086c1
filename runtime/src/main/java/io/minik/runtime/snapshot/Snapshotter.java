package io.minik.runtime.snapshot;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Layers unpacked once, by chain id, and a writable overlay per container. Blocking: called on the runtime's worker.
 *
 * <p>A layer's directory appears by rename when it is whole, so a crash leaves only what {@link #reclaim} removes; whether its files
 * survive a power cut is sure after {@link #flush}.
 */
public interface Snapshotter {
    /** Unpacks a layer (tar stream, uncompressed), if it is not there. Whiteouts become overlayfs'. */
    void unpack(String chainId, InputStream tar);

    boolean has(String chainId);

    /**
     * Gives the directories that a layer's archive only implied the owner, mode and time that the layers below gave them.
     * Once all of an image's layers are there, and before its record is written: they may be unpacked in any order.
     *
     * @param layers lowest first
     */
    void settle(List<String> layers);

    /** Makes what was unpacked durable. Call it before a record that names the layers is written. */
    void flush();

    /**
     * Removes layers that no record and no container names: {@link #flush} may not have come to them before a power cut.
     * At start, before anything is unpacked.
     */
    void removeUnrecorded(Set<String> recorded);

    /** Where layers are unpacked, uppermost first. @param layers lowest first */
    List<Path> directories(List<String> layers);

    /** Makes (or finds again) the writable part for a container. The mount itself is a step of the container's tape. */
    default RootFs prepare(String containerId, List<String> layers) {
        return prepare(containerId, layers, List.of());
    }

    /** @param mounted further layers that are kept as long as the container is there: those of images that it mounts */
    RootFs prepare(String containerId, List<String> layers, List<String> mounted);

    /** Bytes and inodes of a container's writable layer. */
    Usage usage(String containerId);

    /** Bytes and inodes of all layers. */
    Usage layersUsage();

    /** The directory that all is in. */
    Path root();

    /** Removes a container's writable part. Success if it is gone. */
    void remove(String containerId);

    /** Removes a layer that no image uses any more. */
    void removeLayer(String chainId);

    /** Everything of ours that no known container or layer needs: leftovers of a crash. */
    void reclaim(Set<String> containerIds, Set<String> layers);

    /** @param lower uppermost first, as overlayfs wants them; @param upper, work on one file system */
    record RootFs(List<Path> lower, Path upper, Path work, Path merged) {}

    record Usage(long bytes, long inodes) {}
}
