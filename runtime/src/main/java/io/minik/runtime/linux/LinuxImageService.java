package io.minik.runtime.linux;

import io.minik.runtime.cri.Cri.AuthConfig;
import io.minik.runtime.cri.Cri.FilesystemUsage;
import io.minik.runtime.cri.Cri.Image;
import io.minik.runtime.cri.CriParts.ImageFilesystem;
import io.minik.runtime.cri.CriParts.ImageUser;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.image.Images;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Images of this machine's store. */
public final class LinuxImageService implements ImageService {
    private final Images images;

    public LinuxImageService(Images images) {
        this.images = images;
    }

    @Override
    public Future<List<Image>> listImages() {
        return Faults.translated(images.list())
                .map(all -> all.stream().map(this::image).toList());
    }

    @Override
    public Future<Optional<Image>> imageStatus(String image) {
        return Faults.translated(images.find(image)).map(found -> found.map(this::image));
    }

    @Override
    public Future<String> pullImage(String image, Optional<AuthConfig> auth) {
        return Faults.translated(images.pull(
                        image,
                        auth.map(a -> new Images.Credentials(
                                a.username(), a.password(), a.identityToken(), a.registryToken()))))
                .map(Images.Image::id);
    }

    @Override
    public Future<Void> removeImage(String image) {
        return Faults.translated(images.remove(image));
    }

    @Override
    public Future<ImageFilesystem> imageFsInfo() {
        return Faults.translated(images.disk())
                .map(disk -> new ImageFilesystem(disk.directory(), new FilesystemUsage(disk.bytes(), disk.inodes())));
    }

    @Override
    public Future<List<Path>> imageLayers(String imageId) {
        return Faults.translated(images.find(imageId)
                .compose(found -> found.isEmpty()
                        ? Future.failedFuture(Faults.notFound("image", imageId))
                        : images.layers(found.get())));
    }

    private Image image(Images.Image image) {
        ImageUser user = ImageUser.of(image.config().user());
        return new Image(
                image.id(),
                image.repoTags(),
                image.repoDigests(),
                image.sizeBytes(),
                user.uid(),
                user.username(),
                images.pinned(image.id()),
                image.config().volumes());
    }
}
