package io.minik.agent.kubelet;

import io.minik.api.client.ApiClient;
import io.minik.api.client.Loop;
import io.minik.api.core.Container;
import io.minik.api.core.Pod;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.image.Images;
import io.minik.runtime.image.Images.Credentials;
import io.minik.runtime.image.Images.Image;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Gets a container's image here by its pull policy, and tells so in events. */
final class ImageFetch {
    private final Images images;
    private final ApiClient api;
    private final PodEvents events;
    private final Loop loop;
    private final ImageGarbage garbage;

    ImageFetch(Images images, ApiClient api, PodEvents events, Loop loop, ImageGarbage garbage) {
        this.garbage = garbage;
        this.images = images;
        this.api = api;
        this.events = events;
        this.loop = loop;
    }

    /** Fails with {@link StartFailure}. */
    Future<Image> fetch(Pod pod, Container container) {
        return images.find(container.image())
                .recover(error -> Future.failedFuture(inspectFailure(pod, container, error)))
                .compose(present -> decide(pod, container, present))
                .onSuccess(garbage::used);
    }

    private Future<Image> decide(Pod pod, Container container, Optional<Image> present) {
        if (present.isPresent() && !container.imagePullPolicy().equals("Always")) {
            events.normal(
                    pod,
                    container,
                    "Pulled",
                    "Container image \"" + container.image() + "\" already present on machine");
            return Future.succeededFuture(present.get());
        }
        if (container.imagePullPolicy().equals("Never")) {
            String message = "Container image \"" + container.image() + "\" is not present with pull policy of Never";
            events.warning(pod, container, "ErrImageNeverPull", message);
            return Future.failedFuture(StartFailure.image("ErrImageNeverPull", message));
        }
        return credentials(pod, container.image()).compose(found -> pull(pod, container, found));
    }

    private Future<Image> pull(Pod pod, Container container, Optional<Credentials> credentials) {
        Instant began = loop.now();
        events.normal(pod, container, "Pulling", "Pulling image \"" + container.image() + "\"");
        return images.pull(container.image(), credentials)
                .onSuccess(image -> {
                    garbage.look();
                    String took = goDuration(Duration.between(began, loop.now()));
                    events.normal(
                            pod,
                            container,
                            "Pulled",
                            "Successfully pulled image \"" + container.image() + "\" in " + took + " (" + took
                                    + " including waiting). Image size: " + image.sizeBytes() + " bytes.");
                })
                .recover(error -> Future.failedFuture(pullFailure(pod, container, error)));
    }

    private RuntimeException inspectFailure(Pod pod, Container container, Throwable error) {
        if (error instanceof RuntimeFault fault && fault.kind() == RuntimeFault.Kind.INVALID_IMAGE_NAME) {
            return invalidName(pod, container, fault);
        }
        return StartFailure.image("ImageInspectError", text(error));
    }

    private RuntimeException pullFailure(Pod pod, Container container, Throwable error) {
        if (error instanceof RuntimeFault fault && fault.kind() == RuntimeFault.Kind.INVALID_IMAGE_NAME) {
            return invalidName(pod, container, fault);
        }
        events.warning(pod, container, "Failed", "Failed to pull image \"" + container.image() + "\": " + text(error));
        return StartFailure.image(StartFailure.PULL, text(error));
    }

    private RuntimeException invalidName(Pod pod, Container container, RuntimeFault fault) {
        String message = "Failed to apply default image tag \"" + container.image() + "\": couldn't parse image name \""
                + container.image() + "\": " + text(fault);
        events.warning(pod, container, "InspectFailed", message);
        return StartFailure.image("InvalidImageName", message);
    }

    /** A secret that is not there is told and passed over: the image may be public. */
    private Future<Optional<Credentials>> credentials(Pod pod, String image) {
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
        String seconds = java.math.BigDecimal.valueOf(millis % 60_000, 3)
                .stripTrailingZeros()
                .toPlainString();
        return minutes == 0 ? seconds + "s" : minutes + "m" + seconds + "s";
    }
}
