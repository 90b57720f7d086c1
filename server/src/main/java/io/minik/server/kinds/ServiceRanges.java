package io.minik.server.kinds;

import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.ground.net.Cidr;
import io.minik.server.admission.Lookup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where Services get their addresses from: the range that the cluster was started with, then every ServiceCIDR that is
 * ready and not on its way out, the older first. Ranges of IPv6 are left out, this cluster's Services have IPv4 alone.
 */
final class ServiceRanges {
    private final Cidr first;

    ServiceRanges(Cidr first) {
        this.first = first;
    }

    List<Cidr> now(Lookup lookup) {
        List<Cidr> ranges = new ArrayList<>();
        ranges.add(first);
        lookup.list(Resources.SERVICE_CIDRS, "").stream()
                .filter(ServiceRanges::gives)
                .sorted(Comparator.comparing(
                                (KubeObject object) -> object.meta().creationTimestamp())
                        .thenComparing(KubeObject::name))
                .flatMap(object -> Json.stringList(object.tree(), "spec", "cidrs").stream())
                .map(Cidr::parse)
                .filter(range -> range.isV4() && !range.equals(first))
                .forEach(ranges::add);
        return ranges;
    }

    private static boolean gives(KubeObject object) {
        return !object.meta().deleting()
                && Json.items(object.tree(), "status", "conditions").stream()
                        .anyMatch(condition -> Json.text(condition, "type").equals("Ready")
                                && Json.text(condition, "status").equals("True"));
    }
}
