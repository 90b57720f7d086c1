package io.minik.server.watchcache;

import io.minik.api.object.KubeObject;
import java.util.List;

/**
 * Objects of one resource as they were together at one revision, in key order.
 *
 * @param revision all later changes are unseen, all earlier ones seen
 */
public record Snapshot(long revision, List<KubeObject> objects) {}
