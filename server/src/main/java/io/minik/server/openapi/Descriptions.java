package io.minik.server.openapi;

/** What an operation does, in upstream's words. */
final class Descriptions {
    private static final String NAME = "/{name}/";

    private Descriptions() {}

    /** @param action as in x-kubernetes-action */
    static String of(String action, String kind, String path) {
        int at = path.indexOf(NAME);
        String subresource = at < 0 ? "" : path.substring(at + NAME.length());
        String part = subresource.isEmpty() ? "" : subresource + " of ";
        return switch (action) {
            case "list" -> "list or watch objects of kind " + kind;
            case "post" -> "create " + part + article(kind) + kind;
            case "deletecollection" -> "delete collection of " + kind;
            case "get" -> "read " + part + "the specified " + kind;
            case "put" -> "replace " + part + "the specified " + kind;
            case "patch" -> "partially update " + part + "the specified " + kind;
            case "delete" -> "delete " + part + article(kind) + kind;
            default -> action + " " + kind;
        };
    }

    private static String article(String kind) {
        return "AEIOU".indexOf(kind.charAt(0)) < 0 ? "a " : "an ";
    }
}
