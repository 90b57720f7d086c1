package io.minik.server.request;

import io.minik.api.meta.ApiException;
import io.minik.api.selector.FieldSelector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a request is about, in words: read from method and URL alone (apiserver's RequestInfo), or asked by a rule or a
 * review. Nothing is known yet of what it names; it is what an authorizer judges.
 *
 * <pre>
 *   /api/v1/namespaces/shop/pods/web/log          group "" version v1 resource pods name web subresource log
 *   /apis/apps/v1/deployments?watch=1             verb watch, all namespaces
 *   /api/v1/nodes/n1/proxy/metrics                subresource proxy
 *   /readyz                                       no resource: verb get, path
 * </pre>
 *
 * @param resourceRequest false: only verb and path matter
 * @param verb get, list, watch, create, update, patch, delete, deletecollection, impersonate, …; for non-resource paths the
 *     HTTP method in lower case
 * @param name of a list or watch of one name (fieldSelector metadata.name=x), too
 * @param fieldSelector of a list, watch or deletecollection, as the client wrote it; empty: all
 */
public record Target(
        boolean resourceRequest,
        String verb,
        String group,
        String version,
        String resource,
        String subresource,
        String namespace,
        String name,
        String path,
        String fieldSelector) {
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");
    private static final Set<String> OF_MANY = Set.of("list", "watch", "deletecollection");
    /** Not deletecollection, which upstream never takes for a request of one name. */
    private static final Set<String> NAMED_BY_SELECTOR = Set.of("list", "watch");

    private static final Set<String> NO_NAMES = Set.of(".", "..");
    private static final int API_PARTS = 3;

    /** Of one object, or of what is no object: for who asks about more than the request itself. */
    public static Target of(String verb, String group, String resource, String namespace, String name) {
        return new Target(true, verb, group, "*", resource, "", namespace, name, "", "");
    }

    public static Target ofPath(String verb, String path) {
        return new Target(false, verb, "", "", "", "", "", "", path, "");
    }

    public static Target parse(String method, String path, Map<String, String> query) {
        List<String> parts = new ArrayList<>(Arrays.asList(path.split("/", -1)));
        parts.removeIf(String::isEmpty);
        boolean core = !parts.isEmpty() && parts.get(0).equals("api");
        boolean grouped = !parts.isEmpty() && parts.get(0).equals("apis");
        int head = core ? 2 : API_PARTS;
        if ((!core && !grouped) || parts.size() <= head) {
            return ofPath(method.toLowerCase(Locale.ROOT), path);
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(head - 1);
        parts = parts.subList(head, parts.size());
        String verb = "";
        if (parts.get(0).equals("watch") && parts.size() > 1) {
            verb = "watch";
            parts = parts.subList(1, parts.size());
        }
        String namespace = "";
        if (parts.get(0).equals("namespaces") && parts.size() > 1) {
            namespace = parts.get(1);
            if (parts.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(parts.get(2))) {
                parts = parts.subList(2, parts.size());
            }
        }
        String resource = parts.get(0);
        String name = parts.size() > 1 ? parts.get(1) : "";
        String subresource = parts.size() > 2 ? parts.get(2) : "";
        if (verb.isEmpty()) {
            verb = verb(method, name, query);
        }
        return new Target(true, verb, group, version, resource, subresource, namespace, name, path, "")
                .selecting(query);
    }

    /** With what a query narrows it to. */
    public Target selecting(Map<String, String> query) {
        String fields = OF_MANY.contains(verb) ? query.getOrDefault("fieldSelector", "") : "";
        return fields.isEmpty() ? this : selecting(fields);
    }

    public Target selecting(String fields) {
        String named = name.isEmpty() && NAMED_BY_SELECTOR.contains(verb) ? selectedName(fields) : name;
        return new Target(resourceRequest, verb, group, version, resource, subresource, namespace, named, path, fields);
    }

    private static String verb(String method, String name, Map<String, String> query) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            case "GET", "HEAD" -> {
                if (!name.isEmpty()) {
                    yield "get";
                }
                String watch = query.getOrDefault("watch", "");
                boolean watching = query.containsKey("watch") && !watch.equalsIgnoreCase("false") && !watch.equals("0");
                yield watching ? "watch" : "list";
            }
            default -> "";
        };
    }

    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    public boolean longRunning() {
        return verb.equals("watch") || connect() || subresource.equals("log");
    }

    /** Subresources that are a way through to a container or a server. */
    public boolean connect() {
        return Set.of("exec", "attach", "portforward", "proxy").contains(subresource);
    }

    /** Ways into a pod, which start something there whatever the method. */
    public boolean entersPod() {
        return resourceRequest
                && group.isEmpty()
                && resource.equals("pods")
                && Set.of("exec", "attach", "portforward").contains(subresource);
    }

    public Target as(String otherVerb) {
        return new Target(
                resourceRequest,
                otherVerb,
                group,
                version,
                resource,
                subresource,
                namespace,
                name,
                path,
                fieldSelector);
    }

    /** The same of a part of it. */
    public Target part(String otherSubresource) {
        return new Target(
                resourceRequest,
                verb,
                group,
                version,
                resource,
                otherSubresource,
                namespace,
                name,
                path,
                fieldSelector);
    }

    public boolean readOnly() {
        return Set.of("get", "list", "watch", "head", "options").contains(verb);
    }

    /**
     * What the field selector says, read as the registry reads it: an authorizer that took it for something else could be told
     * one thing and the registry another. Empty where it can't be read, which the registry refuses.
     */
    public List<FieldSelector.Term> fields() {
        return terms(fieldSelector);
    }

    private static List<FieldSelector.Term> terms(String selector) {
        if (selector.isEmpty()) {
            return List.of();
        }
        try {
            return FieldSelector.parse(selector).terms();
        } catch (ApiException unreadable) {
            return List.of();
        }
    }

    /** Whether only objects are asked for whose field is exactly this. */
    public boolean selects(String field, String value) {
        return fields().stream()
                .anyMatch(term -> !term.negated()
                        && term.field().equals(field)
                        && term.value().equals(value));
    }

    private static String selectedName(String selector) {
        return terms(selector).stream()
                .filter(term -> !term.negated() && term.field().equals("metadata.name"))
                .map(FieldSelector.Term::value)
                .findFirst()
                .filter(name -> !NO_NAMES.contains(name) && name.indexOf('/') < 0 && name.indexOf('%') < 0)
                .orElse("");
    }
}
