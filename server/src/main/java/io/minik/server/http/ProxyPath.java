package io.minik.server.http;

/**
 * A proxy request's URL in two parts, as the client escaped them.
 *
 * @param prefix up to and with {@code /proxy}: what links of the site behind must begin with
 * @param rest from the slash after it; empty if there is none
 * @param query with its question mark, or empty
 */
record ProxyPath(String prefix, String rest, String query) {
    /** Words before the rest: {@code api v1 namespaces shop pods web proxy}, or {@code api v1 nodes n1 proxy}. */
    private static final int WORDS_IN_NAMESPACE = 7;

    private static final int WORDS_OF_CLUSTER = 5;

    static ProxyPath of(String path, String query, boolean namespaced) {
        int words = namespaced ? WORDS_IN_NAMESPACE : WORDS_OF_CLUSTER;
        int end = 0;
        for (int word = 0; word < words && end < path.length(); word++) {
            while (end < path.length() && path.charAt(end) == '/') {
                end++;
            }
            while (end < path.length() && path.charAt(end) != '/') {
                end++;
            }
        }
        String asked = query == null || query.isEmpty() ? "" : "?" + query;
        return new ProxyPath(path.substring(0, end), path.substring(end), asked);
    }

    /** The same site at another path. */
    ProxyPath to(String other) {
        return new ProxyPath(prefix, other.isEmpty() || other.startsWith("/") ? other : "/" + other, query);
    }

    String uri() {
        return (rest.isEmpty() ? "/" : rest) + query;
    }
}
