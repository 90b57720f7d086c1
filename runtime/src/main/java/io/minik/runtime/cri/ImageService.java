package io.minik.runtime.cri;

import io.minik.runtime.cri.Cri.AuthConfig;
import io.minik.runtime.cri.Cri.Image;
import io.minik.runtime.cri.CriParts.ImageFilesystem;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** CRI's ImageService. Futures complete on the caller's context and fail with {@link CriException}. */
public interface ImageService {
    Future<List<Image>> listImages();

    /** By reference ({@code busybox} means {@code docker.io/library/busybox:latest}), digest or id. Empty if it is not here. */
    Future<Optional<Image>> imageStatus(String image);

    /** Fetches what is missing. Pulls of one reference at a time share one download. @return its id */
    Future<String> pullImage(String image, Optional<AuthConfig> auth);

    /** With what only it used. Success for what is not here. */
    Future<Void> removeImage(String image);

    Future<ImageFilesystem> imageFsInfo();

    /**
     * Where its layers are unpacked, uppermost first: valid while the image is here. Beyond CRI, whose runtimes make volumes of
     * images themselves ({@code Mount.image}, and what an image declares): from such a one UNIMPLEMENTED.
     */
    Future<List<Path>> imageLayers(String imageId);
}
