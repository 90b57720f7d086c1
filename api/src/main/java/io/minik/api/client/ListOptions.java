package io.minik.api.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which objects, and how fresh. Empty strings and 0 are "not said".
 *
 * @param resourceVersion as API concepts define it for list and watch
 */
public record ListOptions(
        String labelSelector,
        String fieldSelector,
        String resourceVersion,
        long limit,
        String continueToken,
        boolean allowWatchBookmarks,
        long timeoutSeconds) {
    public static final ListOptions ALL = new ListOptions("", "", "", 0, "", false, 0);

    public static ListOptions labels(String selector) {
        return new ListOptions(selector, "", "", 0, "", false, 0);
    }

    public static ListOptions fields(String selector) {
        return new ListOptions("", selector, "", 0, "", false, 0);
    }

    public ListOptions from(String version) {
        return new ListOptions(
                labelSelector, fieldSelector, version, limit, continueToken, allowWatchBookmarks, timeoutSeconds);
    }

    public Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        put(query, "labelSelector", labelSelector);
        put(query, "fieldSelector", fieldSelector);
        put(query, "resourceVersion", resourceVersion);
        put(query, "continue", continueToken);
        if (limit > 0) {
            query.put("limit", Long.toString(limit));
        }
        if (allowWatchBookmarks) {
            query.put("allowWatchBookmarks", "true");
        }
        if (timeoutSeconds > 0) {
            query.put("timeoutSeconds", Long.toString(timeoutSeconds));
        }
        return query;
    }

    private static void put(Map<String, String> query, String name, String value) {
        if (!value.isEmpty()) {
            query.put(name, value);
        }
    }
}
