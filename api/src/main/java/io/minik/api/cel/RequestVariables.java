package io.minik.api.cel;

import java.util.HashMap;
import java.util.Map;

/**
 * What expressions about a write may speak of: those of admission policies and of webhooks' match conditions. Objects have no
 * type here, since one expression is of many kinds.
 */
public final class RequestVariables {
    /** Who asks, as reviews write it. */
    public static final Decl USER_INFO = Decl.object(
            "kubernetes.UserInfo",
            Map.of(
                    "username",
                    Decl.STRING,
                    "uid",
                    Decl.STRING,
                    "groups",
                    Decl.list(Decl.STRING),
                    "extra",
                    Decl.map(Decl.list(Decl.STRING))));

    public static final String OBJECT = "object";
    public static final String OLD_OBJECT = "oldObject";
    public static final String REQUEST = "request";
    public static final String NAMESPACE = "namespaceObject";
    public static final String PARAMS = "params";
    public static final String VARIABLES = "variables";
    public static final String AUTHORIZER = "authorizer";
    public static final String REQUEST_RESOURCE = "authorizer.requestResource";

    /** An AdmissionRequest without its objects and its uid. */
    public static final Decl REQUEST_DECL = request();

    /** What expressions see of a Namespace. */
    public static final Decl NAMESPACE_DECL = namespace();

    private RequestVariables() {}

    /**
     * By name, as {@link CelEnvironment} takes them.
     *
     * @param params whether there are parameters
     * @param authorizer whether anybody may be asked
     */
    public static Map<String, Decl> of(boolean params, boolean authorizer) {
        Map<String, Decl> variables = new HashMap<>();
        variables.put(OBJECT, Decl.DYN);
        variables.put(OLD_OBJECT, Decl.DYN);
        variables.put(REQUEST, REQUEST_DECL);
        variables.put(NAMESPACE, NAMESPACE_DECL);
        if (params) {
            variables.put(PARAMS, Decl.DYN);
        }
        if (authorizer) {
            variables.put(AUTHORIZER, Decl.of(CelType.AUTHORIZER));
            variables.put(REQUEST_RESOURCE, Decl.of(CelType.RESOURCE_CHECK));
        }
        return variables;
    }

    /** The same with what a policy has named before: {@code variables.name}. @param named by name; what its values are */
    public static Map<String, Decl> composed(Map<String, Decl> variables, Map<String, CelType> named) {
        Map<String, Decl> fields = new HashMap<>();
        named.forEach((name, type) -> fields.put(name, seen(type)));
        Map<String, Decl> composed = new HashMap<>(variables);
        composed.put(VARIABLES, Decl.object("kubernetes.variables", fields));
        return composed;
    }

    /** Objects and what only functions know have no type behind a name. */
    private static Decl seen(CelType type) {
        return switch (type.kind()) {
            case OBJECT, OPAQUE, TYPE, ERROR, PARAM, DYN -> Decl.DYN;
            case LIST -> Decl.list(seen(type.params().get(0)));
            case MAP ->
                type.params().get(0).equals(CelType.STRING)
                        ? Decl.map(seen(type.params().get(1)))
                        : Decl.of(type);
            default -> Decl.of(type);
        };
    }

    private static Decl request() {
        Decl kind = Decl.object(
                "kubernetes.GroupVersionKind",
                Map.of("group", Decl.STRING, "version", Decl.STRING, "kind", Decl.STRING));
        Decl resource = Decl.object(
                "kubernetes.GroupVersionResource",
                Map.of("group", Decl.STRING, "version", Decl.STRING, "resource", Decl.STRING));
        Map<String, Decl> fields = new HashMap<>();
        fields.put("kind", kind);
        fields.put("resource", resource);
        fields.put("subResource", Decl.STRING);
        fields.put("requestKind", kind);
        fields.put("requestResource", resource);
        fields.put("requestSubResource", Decl.STRING);
        fields.put("name", Decl.STRING);
        fields.put("namespace", Decl.STRING);
        fields.put("operation", Decl.STRING);
        fields.put("userInfo", USER_INFO);
        fields.put("dryRun", Decl.of(CelType.BOOL));
        fields.put("options", Decl.DYN);
        return Decl.object("kubernetes.AdmissionRequest", fields);
    }

    private static Decl namespace() {
        Decl texts = Decl.map(Decl.STRING);
        Map<String, Decl> metadata = new HashMap<>();
        metadata.put("name", Decl.STRING);
        metadata.put("generateName", Decl.STRING);
        metadata.put("namespace", Decl.STRING);
        metadata.put("labels", texts);
        metadata.put("annotations", texts);
        metadata.put("UID", Decl.STRING);
        metadata.put("creationTimestamp", Decl.of(CelType.TIMESTAMP));
        metadata.put("deletionGracePeriodSeconds", Decl.of(CelType.INT));
        metadata.put("deletionTimestamp", Decl.of(CelType.TIMESTAMP));
        metadata.put("generation", Decl.of(CelType.INT));
        metadata.put("resourceVersion", Decl.STRING);
        metadata.put("finalizers", Decl.list(Decl.STRING));
        Decl condition = Decl.object(
                "kubernetes.NamespaceCondition",
                Map.of(
                        "status", Decl.STRING,
                        "type", Decl.STRING,
                        "lastTransitionTime", Decl.of(CelType.TIMESTAMP),
                        "message", Decl.STRING,
                        "reason", Decl.STRING));
        return Decl.object(
                "kubernetes.Namespace",
                Map.of(
                        "metadata", Decl.object("kubernetes.NamespaceMetadata", metadata),
                        "spec", Decl.object("kubernetes.NamespaceSpec", Map.of("finalizers", Decl.list(Decl.STRING))),
                        "status",
                                Decl.object(
                                        "kubernetes.NamespaceStatus",
                                        Map.of("conditions", Decl.list(condition), "phase", Decl.STRING))));
    }
}
