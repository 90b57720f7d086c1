package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.Set;

/** What drivers of storage and devices tell, and the classes by which they are chosen: storage, resource, node. */
final class DriverRules {
    private static final Set<String> MODES = Set.of("Persistent", "Ephemeral");
    private static final long SHORTEST_TOKEN_SECONDS = 600;

    private final Causes causes;

    DriverRules(Causes causes) {
        this.causes = causes;
    }

    void csiDriver(JsonNode spec) {
        for (JsonNode mode : spec.path("volumeLifecycleModes")) {
            if (!MODES.contains(mode.asText())) {
                causes.unsupported("spec.volumeLifecycleModes", mode.asText(), MODES);
            }
        }
        JsonNode requests = spec.path("tokenRequests");
        Set<String> audiences = new HashSet<>();
        for (int at = 0; at < requests.size(); at++) {
            String path = "spec.tokenRequests[" + at + "]";
            String audience = Json.text(requests.get(at), "audience");
            if (!audiences.add(audience)) {
                causes.duplicate(path + ".audience", audience);
            }
            JsonNode seconds = requests.get(at).path("expirationSeconds");
            if (seconds.isNumber() && seconds.longValue() < SHORTEST_TOKEN_SECONDS) {
                causes.invalid(path + ".expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
            }
        }
    }

    void csiNode(JsonNode spec) {
        JsonNode drivers = spec.path("drivers");
        Set<String> names = new HashSet<>();
        for (int at = 0; at < drivers.size(); at++) {
            String path = "spec.drivers[" + at + "]";
            String name = Json.text(drivers.get(at), "name");
            if (!names.add(name)) {
                causes.duplicate(path + ".name", name);
            }
            JsonNode count = Json.at(drivers.get(at), "allocatable", "count");
            if (count.isNumber() && count.longValue() < 0) {
                causes.invalid(path + ".allocatable.count", count, "must be greater than or equal to 0");
            }
        }
    }

    void attachment(JsonNode spec) {
        JsonNode source = spec.path("source");
        if (source.has("inlineVolumeSpec") == source.has("persistentVolumeName")) {
            String why = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
            if (source.has("inlineVolumeSpec")) {
                causes.forbidden("spec.source", why);
            } else {
                causes.required("spec.source", why);
            }
        }
    }

    void capacity(JsonNode capacity) {
        for (String field : new String[] {"capacity", "maximumVolumeSize"}) {
            String text = capacity.path(field).asText();
            if (Quantity.find(text).map(Quantity::signum).orElse(0) < 0) {
                causes.invalid(field, text, "must be greater than or equal to 0");
            }
        }
    }

    void runtimeClass(JsonNode runtimeClass) {
        String handler = Json.text(runtimeClass, "handler");
        if (!handler.isEmpty()) {
            causes.invalid("handler", handler, Names.dns1123Label(handler));
        }
        Json.strings(runtimeClass, "overhead", "podFixed").forEach((name, amount) -> {
            if (Quantity.find(amount).map(Quantity::signum).orElse(0) < 0) {
                causes.invalid("overhead.podFixed[" + name + "]", amount, "must be greater than or equal to 0");
            }
        });
    }

    /** @param path of the claim's spec */
    void deviceClaim(JsonNode spec, String path) {
        JsonNode requests = Json.at(spec, "devices", "requests");
        Set<String> names = new HashSet<>();
        for (int at = 0; at < requests.size(); at++) {
            String here = path + ".devices.requests[" + at + "]";
            JsonNode request = requests.get(at);
            String name = Json.text(request, "name");
            if (!name.isEmpty() && !names.add(name)) {
                causes.duplicate(here + ".name", name);
            }
            if (request.has("exactly") == !request.path("firstAvailable").isEmpty()) {
                causes.required(here, "exactly one of `exactly` or `firstAvailable` is required");
            }
        }
    }

    void serviceCidr(JsonNode spec) {
        JsonNode cidrs = spec.path("cidrs");
        if (cidrs.isEmpty()) {
            causes.required("spec.cidrs", "at least one CIDR required");
        } else if (cidrs.size() > 2) {
            causes.invalid("spec.cidrs", cidrs, "may only hold up to 2 values");
        }
        for (int at = 0; at < cidrs.size(); at++) {
            String cidr = cidrs.get(at).asText();
            int slash = cidr.indexOf('/');
            boolean valid = slash > 0
                    && Addresses.valid(cidr.substring(0, slash))
                    && cidr.substring(slash + 1).matches("[0-9]{1,3}")
                    && Integer.parseInt(cidr.substring(slash + 1)) <= (cidr.contains(":") ? 128 : 32);
            if (!valid) {
                causes.invalid(
                        "spec.cidrs[" + at + "]",
                        cidr,
                        "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            }
        }
    }

    void ipAddress(JsonNode address) {
        String name = Json.text(address, "metadata", "name");
        if (!Addresses.valid(name)) {
            causes.invalid("metadata.name", name, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
        JsonNode parent = Json.at(address, "spec", "parentRef");
        if (parent.isMissingNode()) {
            causes.required("spec.parentRef");
            return;
        }
        for (String field : new String[] {"resource", "name"}) {
            if (Json.text(parent, field).isEmpty()) {
                causes.required("spec.parentRef." + field);
            }
        }
    }

    void revision(JsonNode revision) {
        if (Json.longOr(0, revision, "revision") < 0) {
            causes.invalid("revision", revision.path("revision"), "must be greater than or equal to 0");
        }
        if (!revision.has("data")) {
            causes.required("data", "data is mandatory");
        }
    }
}
