package io.minik.agent.streaming;

import io.minik.agent.kubelet.Kubelet;
import io.minik.agent.logs.LogOptions;
import io.minik.agent.logs.LogStream;
import io.minik.agent.logs.LogWatch;
import io.minik.api.object.ObjectKey;
import io.minik.ground.loop.Loop;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Context;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** GET /containerLogs/{namespace}/{pod}/{container}. */
final class ContainerLogs {
    private static final Logger log = LoggerFactory.getLogger(ContainerLogs.class);
    /** Readers share these; each reads a block at a time. */
    private static final int READERS = 2;

    private final Context context;
    private final Loop loop;
    private final Kubelet kubelet;
    private final RuntimeService runtime;
    private final LogWatch watch;
    private final WorkerExecutor readers;
    private final Map<String, Set<LogStream>> followers = new HashMap<>();

    ContainerLogs(Context context, Kubelet kubelet, RuntimeService runtime, LogWatch watch) {
        this.context = context;
        this.loop = Loop.on(context);
        this.kubelet = kubelet;
        this.runtime = runtime;
        this.watch = watch;
        this.readers = context.owner().createSharedWorkerExecutor("minik-agent-logs", READERS);
    }

    /** On the context. */
    void start() {
        runtime.onContainerExit(ended -> Set.copyOf(followers.getOrDefault(ended.containerId(), Set.of()))
                .forEach(LogStream::containerEnded));
    }

    void serve(HttpServerRequest request, String[] path) {
        if (path.length != 4) {
            KubeletServer.refuse(request, 400, "want /containerLogs/{namespace}/{pod}/{container}");
            return;
        }
        ObjectKey pod = ObjectKey.of(path[1], path[2]);
        boolean previous = flag(request, "previous");
        if (kubelet.pod(pod).isEmpty()) {
            KubeletServer.refuse(request, 404, "pod \"" + path[2] + "\" does not exist");
            return;
        }
        if (kubelet.pod(pod).get().spec().container(path[3]).isEmpty()) {
            KubeletServer.refuse(request, 404, "container \"" + path[3] + "\" not found in pod \"" + path[2] + "\"");
            return;
        }
        Optional<Cri.ContainerStatus> container = kubelet.container(pod, path[3], previous);
        if (container.isEmpty()) {
            KubeletServer.refuse(
                    request,
                    400,
                    previous
                            ? "previous terminated container \"" + path[3] + "\" in pod \"" + path[2] + "\" not found"
                            : "container \"" + path[3] + "\" in pod \"" + path[2] + "\" is waiting to start: "
                                    + waiting(kubelet.waitingReason(pod, path[3])));
            return;
        }
        try {
            stream(request, container.get(), options(request));
        } catch (IllegalArgumentException e) {
            KubeletServer.refuse(request, 400, String.valueOf(e.getMessage()));
        }
    }

    /** A reason in the kubelet's words to somebody who wants a log. */
    private static String waiting(String reason) {
        return switch (reason) {
            case "ErrImagePull" -> "image can't be pulled";
            case "ImagePullBackOff" -> "trying and failing to pull image";
            default -> reason;
        };
    }

    private void stream(HttpServerRequest request, Cri.ContainerStatus container, LogOptions options) {
        HttpServerResponse response = request.response().setChunked(true).putHeader("Content-Type", "text/plain");
        LogStream stream = new LogStream(context, container.logPath(), options, watch, readers, response);
        if (options.follow()) {
            followers
                    .computeIfAbsent(container.id(), ignored -> new HashSet<>())
                    .add(stream);
            if (container.state() == Cri.ContainerState.CONTAINER_EXITED) {
                stream.containerEnded();
            }
            // The headers go at once: a follower of a silent container must know that it is heard.
            response.writeHead().onFailure(error -> stream.close());
        }
        response.closeHandler(ignored -> stream.close());
        response.exceptionHandler(error -> stream.close());
        stream.start().onComplete(result -> {
            followers.computeIfPresent(container.id(), (id, all) -> {
                all.remove(stream);
                return all.isEmpty() ? null : all;
            });
            if (result.failed()) {
                log.atWarn()
                        .addKeyValue("container", container.id())
                        .addKeyValue("err", String.valueOf(result.cause()))
                        .log("a log could not be read");
            }
            if (!response.closed() && !response.ended()) {
                Unheard.note(response.end());
            }
        });
    }

    private LogOptions options(HttpServerRequest request) {
        Optional<Instant> since = number(request, "sinceSeconds")
                .map(seconds -> loop.now().minusSeconds(seconds))
                .or(() -> parameter(request, "sinceTime").map(ContainerLogs::time));
        String stream = parameter(request, "stream").orElse("All").toLowerCase(Locale.ROOT);
        return new LogOptions(
                flag(request, "follow"),
                optional(number(request, "tailLines").or(() -> number(request, "tail"))),
                since,
                flag(request, "timestamps"),
                optional(number(request, "limitBytes")),
                stream.equals("all") ? "" : stream);
    }

    private static OptionalLong optional(Optional<Long> number) {
        return number.map(OptionalLong::of).orElse(OptionalLong.empty());
    }

    private static Instant time(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("sinceTime must be RFC 3339: " + text, e);
        }
    }

    private static Optional<Long> number(HttpServerRequest request, String name) {
        return parameter(request, name).map(text -> {
            try {
                long value = Long.parseLong(text);
                if (value < 0) {
                    throw new IllegalArgumentException(name + " must not be negative");
                }
                return value;
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(name + " must be a number: " + text, e);
            }
        });
    }

    static Optional<String> parameter(HttpServerRequest request, String name) {
        return Optional.ofNullable(request.getParam(name)).filter(value -> !value.isEmpty());
    }

    /** {@code 1} and {@code true} are yes. */
    static boolean flag(HttpServerRequest request, String name) {
        return parameter(request, name)
                .filter(value -> value.equals("1") || value.equalsIgnoreCase("true"))
                .isPresent();
    }
}
