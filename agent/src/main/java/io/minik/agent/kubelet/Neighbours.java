package io.minik.agent.kubelet;

import io.minik.api.core.Pod;
import java.util.Optional;

/** The other pods of the node, as far as one of them must know. On the agent's loop. */
interface Neighbours {
    /** Why the node has no room for the pod as it is now. */
    Optional<NodeAdmission.Rejection> refuse(Pod pod);

    /** Whether the node's network can take pods; all are woken when it can. */
    boolean network();

    /** The pod has, or will have, other resources than before. */
    void granted(Pod pod);

    /** The pod holds nothing of the node any more: others may wait for that. */
    void released(Pod pod);

    /** Nothing of the pod is left, here or in the API. */
    void retired(PodWorker worker);
}
