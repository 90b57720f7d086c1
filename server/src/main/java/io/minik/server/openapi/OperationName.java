package io.minik.server.openapi;

import io.minik.api.meta.Resource;
import java.util.Locale;

/**
 * How an operation is called and what it says that it does, in upstream's words: generated clients name their methods by
 * them ({@code readCoreV1NamespacedPod}).
 *
 * @param action as in x-kubernetes-action
 */
record OperationName(Resource resource, String path, String method, String action) {
    private static final String NAME = "/{name}/";
    private static final String REST = "/{path}";

    /** {@code core_v1}, {@code rbacAuthorization_v1}: the group without the domain that Kubernetes' own groups share. */
    String tag() {
        String group = resource.group().isEmpty() ? "core" : resource.group().replaceFirst("\\.k8s\\.io$", "");
        String[] words = group.split("\\.");
        StringBuilder tag = new StringBuilder(words[0]);
        for (int i = 1; i < words.length; i++) {
            tag.append(capital(words[i]));
        }
        return tag.append('_').append(resource.version()).toString();
    }

    /** Unique among all documents: verb, group and version, then what is read or written. */
    String id() {
        String[] group = tag().split("_");
        boolean inNamespace = path.contains("{namespace}");
        StringBuilder id = new StringBuilder(verb()).append(capital(group[0])).append(capital(group[1]));
        if (action.equals("deletecollection")) {
            id.append("Collection");
        } else if (action.equals("connect")) {
            id.append(capital(method));
        }
        id.append(inNamespace ? "Namespaced" : "").append(resource.kind()).append(capital(subresource()));
        if (resource.namespaced() && !inNamespace) {
            id.append("ForAllNamespaces");
        }
        return id.append(path.endsWith(REST) ? "WithPath" : "").toString();
    }

    String description() {
        String kind = resource.kind();
        String part = subresource().isEmpty() ? "" : subresource() + " of ";
        return switch (action) {
            case "list" -> "list or watch objects of kind " + kind;
            case "post" -> "create " + part + article(kind) + kind;
            case "deletecollection" -> "delete collection of " + kind;
            case "get" -> "read " + part + "the specified " + kind;
            case "put" -> "replace " + part + "the specified " + kind;
            case "patch" -> "partially update " + part + "the specified " + kind;
            case "delete" -> "delete " + part + article(kind) + kind;
            case "connect" ->
                "connect " + method.toUpperCase(Locale.ROOT) + " requests to "
                        + (subresource().isEmpty() ? kind : subresource() + " of " + kind);
            default -> throw new IllegalArgumentException("no such action: " + action);
        };
    }

    private String verb() {
        return switch (action) {
            case "get" -> "read";
            case "post" -> "create";
            case "put" -> "replace";
            case "deletecollection" -> "delete";
            default -> action;
        };
    }

    private String subresource() {
        int at = path.indexOf(NAME);
        String rest = at < 0 ? "" : path.substring(at + NAME.length());
        return rest.endsWith(REST) ? rest.substring(0, rest.length() - REST.length()) : rest;
    }

    private static String capital(String word) {
        return word.isEmpty() ? "" : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private static String article(String kind) {
        return "AEIOU".indexOf(kind.charAt(0)) < 0 ? "a " : "an ";
    }
}
