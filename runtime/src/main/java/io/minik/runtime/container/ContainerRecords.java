package io.minik.runtime.container;

import io.minik.runtime.ByLabel;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.Container;
import io.minik.runtime.sys.Kernel;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of each container: on disk first, then here. Changed under the container's key only, read by all. */
final class ContainerRecords {
    private static final long NANOS = 1_000_000_000L;

    private static final Logger LOG = LoggerFactory.getLogger(ContainerRecords.class);

    private final ContainerFiles files;
    private final InstantSource clock;
    private final ByLabel<Known> known =
            new ByLabel<>(each -> each.config().notes().labels());

    record Known(ContainerConfig config, Life life) {
        Container container() {
            return life.container(config);
        }
    }

    ContainerRecords(ContainerFiles files, InstantSource clock) {
        this.files = files;
        this.clock = clock;
    }

    Optional<Known> find(String id) {
        return known.find(id);
    }

    Known require(String id) {
        return find(id).orElseThrow(() ->
                new RuntimeFault(RuntimeFault.Kind.NOT_FOUND, "find container", "there is no container " + id, 0));
    }

    /** Of a running container, to be joined. */
    Optional<Path> pidNamespace(String id) {
        Life life = require(id).life();
        return Kernel.startTime(life.processes().pid())
                        .filter(time -> time == life.processes().startTime())
                        .isPresent()
                ? Optional.of(Path.of("/proc", Integer.toString(life.processes().pid()), "ns", "pid"))
                : Optional.empty();
    }

    List<Container> list(Map<String, String> labels) {
        return known.with(labels).stream()
                .flatMap(id -> known.find(id).stream())
                .map(Known::container)
                .toList();
    }

    /** Of the shims of containers that run. */
    Set<Integer> shimPids() {
        return known.values().stream()
                .map(each -> each.life().processes().shimPid())
                .collect(Collectors.toSet());
    }

    Container write(ContainerConfig config, Life life) {
        files.write(config.id(), life);
        return take(config, life);
    }

    /**
     * An end counts also when the disk refuses to take it, being full or read-only: who waits for it must hear. The next minik
     * finds the shim gone and reads the end from what it left.
     */
    Container ended(ContainerConfig config, Life life) {
        try {
            files.write(config.id(), life);
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("container", config.id())
                    .setCause(e)
                    .log("the end of a container is not on disk");
        }
        return take(config, life);
    }

    /** A new config for one that goes on as it is. */
    void write(Known before, ContainerConfig config) {
        files.write(config);
        take(config, before.life());
    }

    /** Knows what is on disk already. */
    Container take(ContainerConfig config, Life life) {
        Known now = new Known(config, life);
        known.put(config.id(), now);
        return now.container();
    }

    void remove(String id) {
        files.remove(id);
        known.remove(id);
    }

    /** Since the epoch, as records say when. */
    long now() {
        Instant now = clock.instant();
        return now.getEpochSecond() * NANOS + now.getNano();
    }
}
