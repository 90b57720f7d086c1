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

    ImageFetch(ImageService images, ApiClient api, PodEvents events, Loop loop, ImageGarbage garbage) {
        this.garbage = garbage;
        this.images = images;
        this.api = api;
        this.events = events;
        this.loop = loop;
    }

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
        if (present.isPresent() && !wanted.policy().equals("Always")) {
            events.normal(
                    wanted.pod(),
                    wanted.container(),
                    "Pulled",
                    wanted.title() + " image \"" + wanted.image() + "\" already present on machine");
            return Future.succeededFuture(present.get());
        }
        if (wanted.policy().equals("Never")) {
            String message =
                    wanted.title() + " image \"" + wanted.image() + "\" is not present with pull policy of Never";
            events.warning(wanted.pod(), wanted.container(), "ErrImageNeverPull", message);
            return Future.failedFuture(ContainerNotStarted.image("ErrImageNeverPull", message));
        }
        return credentials(wanted.pod(), wanted.image()).compose(found -> pull(wanted, found));
    }

    private Future<Cri.Image> pull(Wanted wanted, Optional<Cri.AuthConfig> credentials) {
        Instant began = loop.now();
        events.normal(wanted.pod(), wanted.container(), "Pulling", "Pulling image \"" + wanted.image() + "\"");
        return images.pullImage(wanted.image(), credentials)
                .compose(images::imageStatus)
                .map(image -> image.orElseThrow(() -> new IllegalStateException("it is gone again")))
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

    /** A secret that is not there is told and passed over: the image may be public. */
    private Future<Optional<Cri.AuthConfig>> credentials(Pod pod, String image) {
        List<Future<Optional<KubeObject>>> reads = pod.spec().imagePullSecrets().stream()
                .filter(name -> !name.isEmpty())
                .map(name -> api.get(Resources.SECRETS, ObjectKey.of(pod.namespace(), name))
                        .map(Optional::of)
                        .otherwise(Optional.empty()))
                .toList();
        if (reads.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
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
            return PullSecrets.find(image, found);
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
