package io.minik.server.registry;

import io.minik.server.request.Request;
import io.minik.server.watchcache.WatchStart;

/**
 * Where a watch starts and what it is told.
 *
 * @param fresh the start must show everything that was acknowledged until now
 */
record WatchOptions(WatchStart start, boolean bookmarks, boolean fresh) {
    static WatchOptions of(Request request) {
        String version = request.parameter("resourceVersion");
        String match = request.parameter("resourceVersionMatch");
        String initial = request.parameter("sendInitialEvents");
        boolean bookmarks = isTrue(request.parameter("allowWatchBookmarks"));
        long revision = ListReads.version(version);
        if (initial.isEmpty()) {
            if (!match.isEmpty()) {
                throw ListReads.forbidden(
                        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
            }
            WatchStart start = revision == 0 ? WatchStart.PRESENT : WatchStart.after(revision);
            return new WatchOptions(start, bookmarks, version.isEmpty());
        }
        if (!match.equals("NotOlderThan")) {
            throw ListReads.forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        }
        return new WatchOptions(
                new WatchStart(revision, isTrue(initial), isTrue(initial) && bookmarks), bookmarks, version.isEmpty());
    }

    static boolean isTrue(String text) {
        return text.equals("true") || text.equals("1");
    }
}
