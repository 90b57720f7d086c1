package io.minik.runtime.container;

import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.sys.Poller;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What this minik holds of a running container. Immutable but for promise and stdin; descriptors are closed once, by {@link
 * LinuxContainers} when the container has ended or this minik goes.
 *
 * @param shim pidfd, watched
 * @param release FIFO held open so that the shim may leave
 * @param stdin write side of the stdin FIFO, or a pty's master; -1 if it has none or it was closed
 */
record Running(
        int shim, Poller.Watch watch, int release, AtomicInteger stdin, Output output, Promise<Container> ended) {
    Future<Container> whenEnded() {
        return ended.future();
    }
}
