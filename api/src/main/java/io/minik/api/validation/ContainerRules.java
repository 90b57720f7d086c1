package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.api.meta.Quantity;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** One container of a pod. */
final class ContainerRules {
    private static final Set<String> NATIVE = Set.of("cpu", "memory", "ephemeral-storage", "storage", "pods");
    private static final List<String> HANDLERS = List.of("exec", "httpGet", "tcpSocket", "grpc");
    private static final List<String> HOOKS = List.of("exec", "httpGet", "tcpSocket", "sleep");
    /** Known as labels of fields, but none that a variable can have. */
    private final Causes causes;

    ContainerRules(Causes causes) {
        this.causes = causes;
    }

    void check(JsonNode container, String path, String list, Map<String, JsonNode> volumes) {
        String name = Json.text(container, "name");
        if (!name.isEmpty()) {
            causes.invalid(path + ".name", name, Names.dns1123Label(name));
        }
        String image = Json.text(container, "image");
        if (image.isEmpty()) {
            causes.required(path + ".image");
        } else if (!image.equals(image.strip())) {
            causes.invalid(path + ".image", image, "must not have leading or trailing whitespace");
        }
        if (list.equals("ephemeralContainers")) {
            for (String field : List.of("ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle")) {
                if (container.path(field).size() > 0) {
                    causes.forbidden(path + "." + field, "cannot be set for an Ephemeral Container");
                }
            }
        }
        ports(container.path("ports"), path + ".ports");
        env(container.path("env"), path + ".env");
        envFrom(container.path("envFrom"), path + ".envFrom");
        mounts(container, path + ".volumeMounts", volumes);
        new DeviceRules(causes).check(container, path, volumes);
        resources(container.path("resources"), path + ".resources");
        for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
            if (container.has(probe)) {
                probe(container.path(probe), path + "." + probe, probe);
            }
        }
        for (String hook : List.of("postStart", "preStop")) {
            JsonNode handler = Json.at(container, "lifecycle", hook);
            if (!handler.isMissingNode()) {
                handler(handler, path + ".lifecycle." + hook, HOOKS);
            }
        }
        new SecurityRules(causes).container(container.path("securityContext"), path + ".securityContext");
    }

    private void ports(JsonNode ports, String path) {
        Set<String> names = new HashSet<>();
        for (int at = 0; at < ports.size(); at++) {
            JsonNode port = ports.get(at);
            String here = Causes.at(path, at);
            String name = Json.text(port, "name");
            if (!name.isEmpty()) {
                causes.invalid(here + ".name", name, Names.portName(name));
                if (!names.add(name)) {
                    causes.duplicate(here + ".name", name);
                }
            }
            if (!port.has("containerPort")) {
                causes.required(here + ".containerPort");
            }
            address(Json.text(port, "hostIP"), here + ".hostIP");
        }
    }

    private void address(String address, String path) {
        if (!address.isEmpty() && !Addresses.valid(address)) {
            causes.invalid(path, address, Addresses.WORDS);
        }
    }

    private void env(JsonNode env, String path) {
        for (int at = 0; at < env.size(); at++) {
            JsonNode variable = env.get(at);
            String here = Causes.at(path, at);
            String name = Json.text(variable, "name");
            if (!name.isEmpty()) {
                causes.invalid(here + ".name", name, Names.envVarName(name));
            }
            JsonNode source = variable.path("valueFrom");
            if (!source.isMissingNode()) {
                envSource(variable, source, here + ".valueFrom");
            }
        }
    }

    private void envSource(JsonNode variable, JsonNode source, String path) {
        if (source.isEmpty()) {
            causes.invalid(
                    path,
                    "",
                    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or"
                            + " `fileKeyRef`");
        } else if (!Json.text(variable, "value").isEmpty()) {
            causes.invalid(path, "", "may not be specified when `value` is not empty");
        } else if (source.size() > 1) {
            causes.invalid(path, "", "may not have more than one field specified at a time");
        }
        new DownwardRules(causes).variable(source, path);
        for (String ref : List.of("configMapKeyRef", "secretKeyRef")) {
            String key = Json.text(source, ref, "key");
            if (source.has(ref) && Json.text(source, ref, "name").isEmpty()) {
                causes.required(path + "." + ref + ".name");
            }
            if (!key.isEmpty()) {
                causes.invalid(path + "." + ref + ".key", key, Names.configMapKey(key));
            }
        }
    }

    private void envFrom(JsonNode sources, String path) {
        for (int at = 0; at < sources.size(); at++) {
            JsonNode source = sources.get(at);
            int given = (source.has("configMapRef") ? 1 : 0) + (source.has("secretRef") ? 1 : 0);
            if (given == 0) {
                causes.invalid(Causes.at(path, at), "", "must specify one of: `configMapRef` or `secretRef`");
            } else if (given > 1) {
                causes.invalid(Causes.at(path, at), "", "may not have more than one field specified at a time");
            }
        }
    }

    private void mounts(JsonNode container, String path, Map<String, JsonNode> volumes) {
        JsonNode mounts = container.path("volumeMounts");
        boolean privileged = Json.bool(container, "securityContext", "privileged");
        Set<String> places = new HashSet<>();
        for (int at = 0; at < mounts.size(); at++) {
            JsonNode mount = mounts.get(at);
            String here = Causes.at(path, at);
            String name = Json.text(mount, "name");
            if (!name.isEmpty() && !volumes.containsKey(name)) {
                causes.notFound(here + ".name", name);
            }
            String place = Json.text(mount, "mountPath");
            if (!place.isEmpty() && !places.add(place)) {
                causes.invalid(here + ".mountPath", place, "must be unique");
            }
            String sub = Json.text(mount, "subPath");
            String expression = Json.text(mount, "subPathExpr");
            if (!sub.isEmpty() && !expression.isEmpty()) {
                causes.invalid(here + ".subPathExpr", expression, "subPathExpr and subPath are mutually exclusive");
            }
            spread(mount, here, privileged);
            inside(sub, here + ".subPath");
            inside(expression, here + ".subPathExpr");
        }
    }

    /** How mounts spread below this one, and whether they can be written. */
    private void spread(JsonNode mount, String path, boolean privileged) {
        String propagation = Json.textOr("None", mount, "mountPropagation");
        if (propagation.equals("Bidirectional") && !privileged) {
            causes.forbidden(
                    path + ".mountPropagation",
                    "Bidirectional mount propagation is available only to privileged containers");
        }
        String recursive = Json.text(mount, "recursiveReadOnly");
        if (recursive.equals("Enabled") || recursive.equals("IfPossible")) {
            if (!Json.bool(mount, "readOnly")) {
                causes.forbidden(path + ".recursiveReadOnly", "may only be specified when readOnly is true");
            }
            if (!propagation.equals("None")) {
                causes.forbidden(
                        path + ".recursiveReadOnly",
                        "may only be specified when mountPropagation is None or not specified");
            }
        }
    }

    /** Paths below a volume may not climb out of it. */
    private void inside(String sub, String path) {
        if (sub.startsWith("/")) {
            causes.invalid(path, sub, "must be a relative path");
        }
        if (List.of(sub.split("/")).contains("..")) {
            causes.invalid(path, sub, "must not contain '..'");
        }
    }

    void resources(JsonNode resources, String path) {
        for (String side : List.of("limits", "requests")) {
            for (Map.Entry<String, JsonNode> entry : resources.path(side).properties()) {
                String name = entry.getKey();
                String here = path + "." + side + "[" + name + "]";
                causes.invalid(path + "." + side, name, Names.qualifiedName(name));
                if (!name.contains("/") && !NATIVE.contains(name) && !name.startsWith("hugepages-")) {
                    causes.invalid(path + "." + side, name, "must be a standard resource type or fully qualified");
                    causes.invalid(path + "." + side, name, "must be a standard resource for containers");
                }
                Quantity amount = Quantity.orZero(entry.getValue().asText());
                if (amount.signum() < 0) {
                    causes.invalid(here, entry.getValue().asText(), "must be greater than or equal to 0");
                } else if (name.contains("/") && amount.milliValue() % 1000 != 0) {
                    causes.invalid(here, entry.getValue().asText(), "must be an integer");
                }
                Optional<Quantity> limit =
                        Quantity.find(resources.path("limits").path(name).asText());
                boolean whole = name.contains("/") || name.startsWith("hugepages-");
                if (side.equals("requests") && whole && limit.isEmpty()) {
                    causes.required(path + ".limits", "Limit must be set for non overcommitable resources");
                } else if (side.equals("requests") && whole && amount.compareTo(limit.orElseThrow()) != 0) {
                    causes.invalid(
                            path + ".requests",
                            entry.getValue().asText(),
                            "must be equal to " + name + " limit of " + limit.get());
                } else if (side.equals("requests") && limit.isPresent() && amount.compareTo(limit.get()) > 0) {
                    causes.invalid(
                            path + ".requests",
                            entry.getValue().asText(),
                            "must be less than or equal to " + name + " limit of " + limit.get());
                }
            }
        }
    }

    private void probe(JsonNode probe, String path, String kind) {
        handler(probe, path, HANDLERS);
        boolean readiness = kind.equals("readinessProbe");
        if (!readiness && Json.intOr(1, probe, "successThreshold") != 1) {
            causes.invalid(path + ".successThreshold", Json.intOr(1, probe, "successThreshold"), "must be 1");
        }
        if (probe.has("terminationGracePeriodSeconds")) {
            if (readiness) {
                causes.invalid(
                        path + ".terminationGracePeriodSeconds",
                        probe.path("terminationGracePeriodSeconds"),
                        "must not be set for readinessProbes");
            } else if (Json.longOr(1, probe, "terminationGracePeriodSeconds") <= 0) {
                causes.invalid(
                        path + ".terminationGracePeriodSeconds",
                        probe.path("terminationGracePeriodSeconds"),
                        "must be greater than 0");
            }
        }
    }

    private void handler(JsonNode handler, String path, List<String> kinds) {
        int given = 0;
        for (String kind : kinds) {
            if (!handler.has(kind)) {
                continue;
            }
            given++;
            JsonNode action = handler.path(kind);
            String here = path + "." + kind;
            if (given > 1) {
                causes.forbidden(here, "may not specify more than 1 handler type");
            } else if (kind.equals("exec") && action.path("command").isEmpty()) {
                causes.required(here + ".command");
            } else if (kind.equals("httpGet") || kind.equals("tcpSocket")) {
                port(action.path("port"), here + ".port");
                headers(action.path("httpHeaders"), here + ".httpHeaders");
            }
        }
        if (given == 0) {
            causes.required(path, "must specify a handler type");
        }
    }

    private void headers(JsonNode headers, String path) {
        for (JsonNode header : headers) {
            String name = Json.text(header, "name");
            if (!name.isEmpty() && !name.matches("[-A-Za-z0-9]+")) {
                causes.invalid(
                        path,
                        name,
                        "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name',"
                                + " regex used for validation is '[-A-Za-z0-9]+')");
            }
        }
    }

    private void port(JsonNode port, String path) {
        if (port.isTextual()) {
            causes.invalid(path, port.textValue(), Names.portName(port.textValue()));
        } else if (port.asInt() < 1 || port.asInt() > 65_535) {
            causes.invalid(path, port.asInt(), "must be between 1 and 65535, inclusive");
        }
    }
}
