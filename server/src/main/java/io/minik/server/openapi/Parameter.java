package io.minik.server.openapi;

import java.io.IOException;
import java.util.Map;

/**
 * A parameter of a query or a path: its type and what it is for.
 *
 * @param type as OpenAPI has it
 */
record Parameter(String name, String type, String description) {
    private static final Map<String, Parameter> KNOWN = Map.ofEntries(
            flag("allowWatchBookmarks", "Let a watch tell of its progress by events of type BOOKMARK."),
            text("command", "Command to execute, one argument each time that it is given."),
            text("container", "Container of the pod, which may be left out where there is one only."),
            text("continue", "Where the list before ended, as its metadata tell: this one goes on there."),
            text("dryRun", "All: go through every step of the request, but store nothing."),
            text("fieldManager", "Who makes the change: what is written belongs to that name."),
            text("fieldSelector", "A selector to restrict the list of returned objects by their fields."),
            text("fieldValidation", "Ignore, Warn or Strict: what becomes of unknown and repeated fields."),
            flag("follow", "Go on with what is logged from now on."),
            flag("force", "Take fields over from other managers when applying."),
            number("gracePeriodSeconds", "Seconds until the object is deleted, 0 for at once."),
            flag("insecureSkipTLSVerifyBackend", "Trust the kubelet whatever certificate it shows."),
            text("labelSelector", "A selector to restrict the list of returned objects by their labels."),
            number("limit", "The most objects in one answer; the rest is got with continue."),
            number("limitBytes", "The most bytes of the log."),
            text("name", "name of the object"),
            text("namespace", "object name and auth scope, such as for teams and projects"),
            flag("orphanDependents", "Deprecated for propagationPolicy: leave what the object owns."),
            text("path", "The path after the proxy's own."),
            number("ports", "Ports that are forwarded."),
            flag("previous", "The log of the container before the present one."),
            text("propagationPolicy", "Orphan, Background or Foreground: what becomes of what the object owns."),
            text("resourceVersion", "The revision that is read, or after which a watch begins."),
            text("resourceVersionMatch", "Exact or NotOlderThan: how resourceVersion counts for a list."),
            flag("sendInitialEvents", "Let a watch begin with what there is, and a bookmark at its end."),
            number("sinceSeconds", "Only what was logged in as many seconds before now."),
            flag("stderr", "Pass on the standard error stream."),
            flag("stdin", "Pass on the standard input stream."),
            flag("stdout", "Pass on the standard output stream."),
            text("stream", "All, Stdout or Stderr: which of the logged streams."),
            number("tailLines", "As many lines from the end of the log."),
            number("timeoutSeconds", "After how many seconds the call ends, whatever it does."),
            flag("timestamps", "Begin each line of the log with its time."),
            flag("tty", "Give the command a terminal."),
            flag("watch", "Watch for changes to the described resources, told as a stream of events."));

    private static Map.Entry<String, Parameter> flag(String name, String description) {
        return Map.entry(name, new Parameter(name, "boolean", description));
    }

    private static Map.Entry<String, Parameter> number(String name, String description) {
        return Map.entry(name, new Parameter(name, "integer", description));
    }

    private static Map.Entry<String, Parameter> text(String name, String description) {
        return Map.entry(name, new Parameter(name, "string", description));
    }

    /** @throws IllegalArgumentException a name that no operation has */
    static Parameter of(String name) {
        Parameter known = KNOWN.get(name);
        if (known == null) {
            throw new IllegalArgumentException("no such parameter: " + name);
        }
        return known;
    }

    /** @param in {@code path} or {@code query} */
    void to(OpenApiWriter out, String in) throws IOException {
        out.open();
        out.put("name", name);
        out.put("in", in);
        out.put("description", description);
        if (in.equals("path")) {
            out.put("required", true);
        }
        if (!out.v2()) {
            out.open("schema");
        }
        out.put("type", type);
        out.put("uniqueItems", true);
        if (!out.v2()) {
            out.end();
        }
        out.end();
    }
}
