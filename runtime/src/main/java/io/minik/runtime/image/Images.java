package io.minik.runtime.image;

import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The node's images. All file and network work is off the caller's loop; futures complete on the caller's context and
 * fail with {@link io.minik.runtime.RuntimeFault}. Concurrent pulls of one reference share one download.
 */
public interface Images {
    /** Fetches what is missing, verifies every digest, unpacks every layer once. @param credentials first choice before registries.yaml's */
    Future<Image> pull(String reference, Optional<Credentials> credentials);

    /** By reference (normalised as docker does: {@code busybox} = {@code docker.io/library/busybox:latest}), digest or id. */
    Future<Optional<Image>> find(String referenceOrId);

    Future<List<Image>> list();

    /** Where its layers are unpacked, uppermost first: valid while the image is here. */
    Future<List<Path>> layers(Image image);

    /** Removes an image and what only it used. Success if it is gone already. */
    Future<Void> remove(String referenceOrId);

    /** Whether garbage collection must leave it: it came from the archive folder and may be nowhere else. */
    boolean pinned(String id);

    /** What all layers take. */
    Future<Disk> disk();

    /** @param directory one on their file system */
    record Disk(Path directory, long bytes, long inodes) {}

    /** Imports an OCI layout or docker-save archive (tar, tar.gz). Importing the same file again is cheap. */
    Future<List<Image>> importArchive(Path archive);

    /** @param username, password basic auth; or @param identityToken; or @param registryToken a bearer token; unused ones empty */
    record Credentials(String username, String password, String identityToken, String registryToken) {}

    /**
     * @param id digest of the config, {@code sha256:…}
     * @param repoTags, repoDigests full names: {@code docker.io/library/busybox:1.36}, {@code …@sha256:…}
     * @param layers chain ids, lowest first: what snapshots are made from
     */
    record Image(
            String id,
            List<String> repoTags,
            List<String> repoDigests,
            long sizeBytes,
            ImageConfig config,
            List<String> layers) {}

    /** What the image says of how to run it (OCI config). Absent strings are empty. */
    record ImageConfig(
            String architecture,
            String os,
            String user,
            List<String> env,
            List<String> entrypoint,
            List<String> cmd,
            String workingDir,
            List<String> volumes,
            Map<String, String> labels,
            String stopSignal) {}
}
