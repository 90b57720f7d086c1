package io.minik.runtime.criapi;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.RuntimeService;
import io.vertx.core.Future;
import java.util.List;

/** Ids as people type them: crictl prints the first letters of one, and takes those that only one has. */
final class Ids {
    private final RuntimeService runtime;

    Ids(RuntimeService runtime) {
        this.runtime = runtime;
    }

    Future<String> sandbox(String given) {
        return runtime.listPodSandbox(Cri.PodSandboxFilter.ALL)
                .compose(all -> one(
                        new Kind("sandbox", "sandboxes"),
                        given,
                        all.stream().map(Cri.PodSandbox::id).toList()));
    }

    Future<String> container(String given) {
        return runtime.listContainers(Cri.ContainerFilter.ALL)
                .compose(all -> one(
                        new Kind("container", "containers"),
                        given,
                        all.stream().map(Cri.Container::id).toList()));
    }

    private record Kind(String one, String several) {}

    private static Future<String> one(Kind what, String given, List<String> known) {
        if (known.contains(given)) {
            return Future.succeededFuture(given);
        }
        List<String> found = given.isEmpty()
                ? List.of()
                : known.stream().filter(id -> id.startsWith(given)).toList();
        if (found.size() == 1) {
            return Future.succeededFuture(found.get(0));
        }
        return Future.failedFuture(
                found.isEmpty()
                        ? new CriException(
                                CriException.Code.NOT_FOUND, "there is no " + what.one() + " \"" + given + "\"")
                        : new CriException(
                                CriException.Code.INVALID_ARGUMENT,
                                "\"" + given + "\" begins the ids of " + found.size() + " " + what.several()
                                        + ": give more of it"));
    }
}
