package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.Cri.AuthConfig;
import io.minik.runtime.cri.Cri.Image;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriException.Code;
import io.minik.runtime.cri.CriParts.ImageFilesystem;
import io.minik.runtime.cri.ImageService;
import io.minik.runtime.criapi.proto.CriProto;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Images of another runtime. */
final class GrpcImageService implements ImageService {
    /** No reference of docker's has these; runtimes differ in how they say so. */
    private static final Pattern NO_REFERENCE = Pattern.compile(".*[\\s\\p{Upper}].*/.*|.*\\s.*|\\p{Upper}.*|");

    private final CriClient client;

    GrpcImageService(CriClient client) {
        this.client = client;
    }

    private static <T> Future<T> unlessNone(String image, Future<T> asked) {
        return asked.recover(error -> Future.failedFuture(
                NO_REFERENCE.matcher(image).matches() && !CriException.is(error, Code.UNAVAILABLE)
                        ? new CriException(Code.INVALID_ARGUMENT, String.valueOf(error.getMessage()), error)
                        : error));
    }

    @Override
    public Future<List<Image>> listImages() {
        return client.images(
                        "ListImages",
                        CriProto.ListImagesRequest.getDefaultInstance(),
                        CriProto.ListImagesResponse.parser())
                .map(all -> all.getImagesList().stream().map(ImageWire::heard).toList());
    }

    @Override
    public Future<Optional<Image>> imageStatus(String image) {
        return unlessNone(
                image,
                client.images(
                                "ImageStatus",
                                CriProto.ImageStatusRequest.newBuilder()
                                        .setImage(ImageWire.spec(image))
                                        .build(),
                                CriProto.ImageStatusResponse.parser())
                        .map(said ->
                                said.hasImage() ? Optional.of(ImageWire.heard(said.getImage())) : Optional.empty()));
    }

    /** What another runtime says of a registry is no answer about this node's things. */
    @Override
    public Future<String> pullImage(String image, Optional<AuthConfig> auth) {
        CriProto.PullImageRequest.Builder asked =
                CriProto.PullImageRequest.newBuilder().setImage(ImageWire.spec(image));
        auth.map(ImageWire::auth).ifPresent(asked::setAuth);
        return unlessNone(
                image,
                client.images("PullImage", asked.build(), CriProto.PullImageResponse.parser())
                        .recover(error -> Future.failedFuture(
                                CriException.isNotFound(error)
                                        ? new CriException(Code.UNKNOWN, String.valueOf(error.getMessage()), error)
                                        : error))
                        .map(CriProto.PullImageResponse::getImageRef));
    }

    @Override
    public Future<Void> removeImage(String image) {
        return client.images(
                        "RemoveImage",
                        CriProto.RemoveImageRequest.newBuilder()
                                .setImage(ImageWire.spec(image))
                                .build(),
                        CriProto.RemoveImageResponse.parser())
                .<Void>mapEmpty()
                .recover(error ->
                        CriException.isNotFound(error) ? Future.succeededFuture() : Future.failedFuture(error));
    }

    @Override
    public Future<ImageFilesystem> imageFsInfo() {
        return client.images(
                        "ImageFsInfo",
                        CriProto.ImageFsInfoRequest.getDefaultInstance(),
                        CriProto.ImageFsInfoResponse.parser())
                .compose(said -> said.getImageFilesystemsCount() == 0
                        ? Future.failedFuture(
                                new CriException(Code.UNKNOWN, "the runtime names no file system of its images"))
                        : Future.succeededFuture(disk(said.getImageFilesystems(0))));
    }

    private static ImageFilesystem disk(CriProto.FilesystemUsage said) {
        return new ImageFilesystem(
                Path.of(said.getFsId().getMountpoint()),
                new Cri.FilesystemUsage(
                        said.getUsedBytes().getValue(), said.getInodesUsed().getValue()));
    }

    @Override
    public Future<List<Path>> imageLayers(String imageId) {
        return Future.failedFuture(new CriException(
                Code.UNIMPLEMENTED, "volumes of images need minik's own runtime: this one keeps its layers to itself"));
    }
}
