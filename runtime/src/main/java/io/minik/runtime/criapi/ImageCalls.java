package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/** Images, as CRI's clients call for them. On the server's context. */
final class ImageCalls {
    private final Vertx vertx;
    private final ImageService images;

    ImageCalls(Vertx vertx, ImageService images) {
        this.vertx = vertx;
        this.images = images;
    }

    private static String reference(CriProto.ImageSpec image) {
        if (image.getImage().isEmpty()) {
            throw invalid("image", "image is required");
        }
        if (!SandboxWire.HANDLERS.contains(image.getRuntimeHandler())) {
            throw invalid(
                    "image.runtime_handler", "no runtime for \"" + image.getRuntimeHandler() + "\" is configured");
        }
        return image.getImage();
    }

    Future<CriProto.ListImagesResponse> listImages(CriProto.ListImagesRequest asked) {
        String wanted = asked.getFilter().getImage().getImage();
        Future<List<Cri.Image>> found = wanted.isEmpty()
                ? images.listImages()
                : images.imageStatus(wanted).map(image -> image.stream().toList());
        return found.map(all -> CriProto.ListImagesResponse.newBuilder()
                .addAllImages(all.stream().map(ImageWire::image).toList())
                .build());
    }

    Future<CriProto.ImageStatusResponse> imageStatus(CriProto.ImageStatusRequest asked) {
        return find(reference(asked.getImage())).map(found -> {
            CriProto.ImageStatusResponse.Builder told = CriProto.ImageStatusResponse.newBuilder();
            found.map(ImageWire::image).ifPresent(told::setImage);
            return told.build();
        });
    }

    /** By its names, or by the first letters of its id, as crictl prints them. */
    private Future<Optional<Cri.Image>> find(String given) {
        return images.imageStatus(given)
                .compose(found -> found.isPresent() || !given.matches("[0-9a-f]{6,64}")
                        ? Future.succeededFuture(found)
                        : images.listImages().map(all -> {
                            List<Cri.Image> matching = all.stream()
                                    .filter(image -> image.id().startsWith("sha256:" + given))
                                    .toList();
                            return matching.size() == 1 ? Optional.of(matching.get(0)) : Optional.empty();
                        }));
    }

    Future<CriProto.PullImageResponse> pullImage(CriProto.PullImageRequest asked) {
        return images.pullImage(reference(asked.getImage()), ImageWire.auth(asked.getAuth()))
                .map(id ->
                        CriProto.PullImageResponse.newBuilder().setImageRef(id).build());
    }

    /** As CRI has it, all names of it go: a client that wants to keep one must not remove the other. */
    Future<CriProto.RemoveImageResponse> removeImage(CriProto.RemoveImageRequest asked) {
        return find(reference(asked.getImage()))
                .compose(found -> found.isEmpty()
                        ? Future.<Void>succeededFuture()
                        : images.removeImage(found.get().id()))
                .map(CriProto.RemoveImageResponse.getDefaultInstance());
    }

    Future<CriProto.ImageFsInfoResponse> imageFsInfo(CriProto.ImageFsInfoRequest asked) {
        long now = Nanos.of(Loop.here(vertx).now());
        return images.imageFsInfo().map(disk -> CriProto.ImageFsInfoResponse.newBuilder()
                .addImageFilesystems(ImageWire.filesystem(disk, now))
                .addContainerFilesystems(ImageWire.filesystem(disk, now))
                .build());
    }
}
