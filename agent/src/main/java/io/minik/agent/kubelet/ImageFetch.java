package io.minik.agent.kubelet;

import io.minik.api.client.ApiClient;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.ImageService;
import io.vertx.core.Future;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Gets a container's image here by its pull policy, and tells so in events. */
final class ImageFetch {
    private final ImageService images;
    private final ApiClient api;
    private final PodEvents events;
    private final Loop loop;
    private final ImageGarbage garbage;
    private final ImageAccess access;

    ImageFetch(Parts parts) {
        this.garbage = parts.garbage();
        this.access = parts.access();
        this.images = parts.images();
        this.api = parts.api();
        this.events = parts.events();
        this.loop = parts.loop();
    }

    record Parts(
            ImageService images,
            ApiClient api,
            PodEvents events,
            Loop loop,
            ImageGarbage garbage,
            ImageAccess access) {}

    /** What a container needs. @param title how events call it */
    private record Wanted(Pod pod, Container container, String title, String image, String policy) {}

    /** Fails with {@link ContainerNotStarted}. */
    Future<Cri.Image> fetch(Pod pod, Container container) {
        return fetch(new Wanted(pod, container, "Container", container.image(), container.imagePullPolicy()));
    }

    /** The image that is a volume's content. Fails with {@link ContainerNotStarted}. */
    Future<Cri.Image> fetch(Pod pod, Container container, Volume volume) {
        String image = Json.text(volume.source(), "reference");
        String policy = Json.textOr(Container.defaultPullPolicy(image), volume.source(), "pullPolicy");
        return fetch(new Wanted(pod, container, "Volume", image, policy));
    }

    private Future<Cri.Image> fetch(Wanted wanted) {
        return images.imageStatus(wanted.image())
                .recover(error -> Future.failedFuture(inspectFailure(wanted, error)))
                .compose(present -> decide(wanted, present))
                .onSuccess(garbage::used);
    }

    Future<List<Path>> layers(Cri.Image image) {
        return images.imageLayers(image.id());
    }

    private Future<Cri.Image> decide(Wanted wanted, Optional<Cri.Image> present) {
        if (wanted.policy().equals("Always")) {
            return credentials(wanted).compose(found -> pull(wanted, found));
        }
        if (present.isPresent()) {
            return credentials(wanted).compose(found -> access.mustPull(wanted.image(), present.get(), found)
                    .compose(must -> must ? notWithoutCredentials(wanted, found) : here(wanted, present.get())));
        }
        if (wanted.policy().equals("Never")) {
            return never(wanted, "is not present with pull policy of Never");
        }
        return credentials(wanted).compose(found -> pull(wanted, found));
    }

    private Future<Cri.Image> here(Wanted wanted, Cri.Image present) {
        events.normal(
                wanted.pod(),
                wanted.container(),
                "Pulled",
                wanted.title() + " image \"" + wanted.image() + "\" already present on machine");
        return Future.succeededFuture(present);
    }

    /** It is here for pods with other credentials: the registry decides on these. */
    private Future<Cri.Image> notWithoutCredentials(Wanted wanted, List<ImageAccess.Credentials> credentials) {
        return wanted.policy().equals("Never")
                ? never(
                        wanted,
                        "is present with pull policy of Never but does not have the proper credentials to access the"
                                + " image")
                : pull(wanted, credentials);
    }

    private Future<Cri.Image> never(Wanted wanted, String why) {
        String message = wanted.title() + " image \"" + wanted.image() + "\" " + why;
        events.warning(wanted.pod(), wanted.container(), "ErrImageNeverPull", message);
        return Future.failedFuture(ContainerNotStarted.image("ErrImageNeverPull", message));
    }

    private Future<Cri.Image> pull(Wanted wanted, List<ImageAccess.Credentials> credentials) {
        Optional<ImageAccess.Credentials> best = credentials.stream().findFirst();
        Instant began = loop.now();
        events.normal(wanted.pod(), wanted.container(), "Pulling", "Pulling image \"" + wanted.image() + "\"");
        return images.pullImage(wanted.image(), best.map(ImageAccess.Credentials::auth))
                .compose(images::imageStatus)
                .map(image -> image.orElseThrow(() -> new IllegalStateException("it is gone again")))
                .compose(image ->
                        access.pulled(wanted.image(), image, best, loop.now()).map(image))
                .onSuccess(image -> {
                    garbage.look();
                    String took = goDuration(Duration.between(began, loop.now()));
                    events.normal(
                            wanted.pod(),
                            wanted.container(),
                            "Pulled",
                            "Successfully pulled image \"" + wanted.image() + "\" in " + took + " (" + took
                                    + " including waiting). Image size: " + image.size() + " bytes.");
                })
                .recover(error -> Future.failedFuture(pullFailure(wanted, error)));
    }

    private RuntimeException inspectFailure(Wanted wanted, Throwable error) {
        if (CriException.is(error, CriException.Code.INVALID_ARGUMENT)) {
            return invalidName(wanted, error);
        }
        return ContainerNotStarted.image("ImageInspectError", text(error));
    }

    private RuntimeException pullFailure(Wanted wanted, Throwable error) {
        if (CriException.is(error, CriException.Code.INVALID_ARGUMENT)) {
            return invalidName(wanted, error);
        }
        events.warning(
                wanted.pod(),
                wanted.container(),
                "Failed",
                "Failed to pull image \"" + wanted.image() + "\": " + text(error));
        return ContainerNotStarted.image(ContainerNotStarted.PULL, text(error));
    }

    private RuntimeException invalidName(Wanted wanted, Throwable error) {
        String message = "Failed to apply default image tag \"" + wanted.image() + "\": couldn't parse image name \""
                + wanted.image() + "\": " + text(error);
        events.warning(wanted.pod(), wanted.container(), "InspectFailed", message);
        return ContainerNotStarted.image("InvalidImageName", message);
    }

    /** Those that fit, the best first. A secret that is not there is told and passed over: the image may be public. */
    private Future<List<ImageAccess.Credentials>> credentials(Wanted wanted) {
        Pod pod = wanted.pod();
        List<Future<Optional<KubeObject>>> reads = pod.spec().imagePullSecrets().stream()
                .filter(name -> !name.isEmpty())
                .map(name -> api.get(Resources.SECRETS, ObjectKey.of(pod.namespace(), name))
                        .map(Optional::of)
                        .otherwise(Optional.empty()))
                .toList();
        if (reads.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        return Future.all(reads).map(ignored -> {
            List<KubeObject> found =
                    reads.stream().flatMap(read -> read.result().stream()).toList();
            if (found.size() < reads.size()) {
                events.warning(
                        pod,
                        "FailedToRetrieveImagePullSecret",
                        "Unable to retrieve some image pull secrets ("
                                + String.join(", ", pod.spec().imagePullSecrets())
                                + "); attempting to pull the image may not succeed.");
            }
            return PullSecrets.find(wanted.image(), found);
        });
    }

    private static String text(Throwable error) {
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }

    /** {@code 12ms}, {@code 1.234s}, {@code 1m2.5s}: as Go prints durations rounded to milliseconds. */
    static String goDuration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1000) {
            return millis + "ms";
        }
        long minutes = millis / 60_000;
        String seconds =
                BigDecimal.valueOf(millis % 60_000, 3).stripTrailingZeros().toPlainString();
        return minutes == 0 ? seconds + "s" : minutes + "m" + seconds + "s";
    }
}
