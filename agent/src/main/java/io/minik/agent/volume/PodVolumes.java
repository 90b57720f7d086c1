package io.minik.agent.volume;

import io.minik.api.core.Pod;
import io.minik.api.core.Volume;
import io.minik.api.core.VolumeMount;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A pod's volumes on this node's disk. Futures fail with {@link VolumeFault}, worded for the FailedMount event. Called on
 * the agent's loop.
 */
public interface PodVolumes {
    /** Makes every volume of the pod there, or finds it there. Idempotent; from now on they follow their sources. */
    Future<Void> mount(Pod pod, DownwardFields fields);

    /**
     * Shows an image read-only as a volume of type image, once however often it is asked for.
     *
     * @param layers directories, uppermost first
     */
    Future<Void> image(Pod pod, Volume volume, List<Path> layers);

    /** The pod's object changed: what shows its labels or annotations is written again. */
    void changed(Pod pod, DownwardFields fields);

    /**
     * The host path that a container's mount shows, made if it is a subPath that is not there.
     *
     * @param subPath relative to the volume, already expanded; empty for all of it
     */
    Future<Path> hostPath(Pod pod, VolumeMount mount, String subPath);

    /** What each emptyDir on disk (not in memory) takes, in bytes, by the volume's name. */
    Future<Map<String, Long>> used(Pod pod);

    /**
     * Fills a directory with what an image has at a path, or with nothing if it has nothing there; the directory is made, and
     * gets owner and mode of the image's.
     *
     * @param layers of the image, uppermost first
     */
    Future<Void> fill(Path directory, List<Path> layers, String path);

    /** Unmounts and removes all of a pod's volumes. Idempotent; also for pods that an earlier minik left. */
    Future<Void> unmount(String podUid);

    /** The UIDs of pods that have volumes on disk. */
    Future<Set<String>> present();
}
