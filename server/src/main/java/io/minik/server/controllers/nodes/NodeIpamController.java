package io.minik.server.controllers.nodes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.client.Controller;
import io.minik.api.client.Informer;
import io.minik.api.client.PatchType;
import io.minik.api.client.ReconcileLoop;
import io.minik.api.meta.Resources;
import io.minik.api.meta.Status.Reason;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.ground.net.Cidr;
import io.minik.server.controllers.control.ControllerContext;
import io.minik.server.controllers.control.Outcomes;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives each node its own piece of the pods' addresses. A piece is taken from the moment it is decided until its node is
 * gone, so it is never given twice; what nodes have already is read first.
 */
public final class NodeIpamController implements Controller {
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(1);
    /** 65,536 pieces are as many as upstream allows, and 8 KiB of bits here. */
    private static final int MAX_CUTS = 16;
    /** Two addresses for pods; less is no network. */
    private static final int SMALLEST_PIECE = 30;

    private final ControllerContext context;
    private final Informer nodes;
    private final ReconcileLoop work;
    private final Cidr cluster;
    private final int nodePrefix;
    private final int pieces;

    // Owned by the loop.
    private final BitSet taken = new BitSet();
    private final Map<String, Integer> pieceOf = new HashMap<>();

    /**
     * @param clusterCidr IPv4, {@code 10.42.0.0/16}
     * @param nodePrefix length of a node's piece: 24
     */
    public NodeIpamController(ControllerContext context, String clusterCidr, int nodePrefix) {
        this.context = context;
        this.cluster = Cidr.parse(clusterCidr);
        this.nodePrefix = nodePrefix;
        int cuts = nodePrefix - cluster.prefix();
        if (cuts < 0 || cuts > MAX_CUTS || nodePrefix > SMALLEST_PIECE) {
            throw new IllegalArgumentException("cluster CIDR " + clusterCidr + " can't be cut into /" + nodePrefix);
        }
        this.pieces = 1 << cuts;
        this.nodes = context.informer(Resources.NODES);
        nodes.onChange((before, now) -> {
            now.ifPresent(this::occupy);
            if (now.isEmpty()) {
                before.ifPresent(node -> release(node.name()));
            }
        });
        this.work = new ReconcileLoop("node-ipam", context.loop(), 1, this::reconcile).watch(nodes);
    }

    @Override
    public ReconcileLoop work() {
        return work;
    }

    private void occupy(KubeObject node) {
        Optional<Cidr> range = Cidr.find(node.text("spec", "podCIDR"));
        long piece = range.map(cluster::indexOf).orElse(-1L);
        if (piece >= 0 && piece < pieces) {
            taken.set((int) piece);
            pieceOf.put(node.name(), (int) piece);
        }
    }

    private void release(String node) {
        Integer piece = pieceOf.remove(node);
        if (piece != null) {
            taken.clear(piece);
        }
    }

    /**
     * A Node that somebody wrote and no kubelet has spoken of has no pods: it takes none of the cluster's pieces, and can be
     * replaced by a manifest that knows of none.
     */
    private static boolean hasKubelet(KubeObject node) {
        return !node.text("status", "nodeInfo", "kubeletVersion").isEmpty();
    }

    private Future<Optional<Duration>> reconcile(ObjectKey key) {
        Optional<KubeObject> node = nodes.get(key);
        if (node.isEmpty() || !node.get().text("spec", "podCIDR").isEmpty() || !hasKubelet(node.get())) {
            return Outcomes.done();
        }
        Integer piece = pieceOf.get(key.name());
        if (piece == null) {
            int free = taken.nextClearBit(0);
            if (free >= pieces) {
                context.events("cidrAllocator")
                        .warning(
                                node.get(),
                                "CIDRNotAvailable",
                                "Node " + key.name() + " status is now: CIDRNotAvailable");
                return Outcomes.again(LOOK_AGAIN);
            }
            taken.set(free);
            pieceOf.put(key.name(), free);
            piece = free;
        }
        String cidr = cluster.piece(piece, nodePrefix).toString();
        ObjectNode patch = Json.object();
        patch.putObject("spec").put("podCIDR", cidr).putArray("podCIDRs").add(cidr);
        return Outcomes.done(Outcomes.ignoring(
                context.client().patch(Resources.NODES, key, "", PatchType.MERGE, patch), Reason.NotFound));
    }
}
