package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** When a Job has failed, when it has succeeded, and what it does about single indexes. */
final class JobPolicyRules {
    private static final int MOST_PARALLEL_INDEXES = 100_000;
    private static final int MOST_RULES = 20;
    private static final int MOST_EXIT_CODES = 255;
    private static final int MOST_CONDITIONS = 20;
    private static final int LONGEST_MANAGED_BY = 63;
    private static final String INDEXED = "requires indexed completion mode";

    private final Causes causes;
    private final JsonNode spec;
    private final String path;
    private final boolean indexed;
    private final long completions;

    /** @param spec of a Job */
    JobPolicyRules(Causes causes, JsonNode spec, String path) {
        this.causes = causes;
        this.spec = spec;
        this.path = path;
        this.indexed = Json.text(spec, "completionMode").equals("Indexed");
        this.completions = Json.longOr(0, spec, "completions");
    }

    void check() {
        indexes();
        managedBy();
        if (spec.has("podFailurePolicy")) {
            failure();
        }
        if (spec.has("successPolicy") && !indexed) {
            causes.invalid(path + ".successPolicy", spec.path("successPolicy"), INDEXED);
        } else if (spec.has("successPolicy")) {
            success();
        }
    }

    private void indexes() {
        JsonNode limit = spec.path("backoffLimitPerIndex");
        JsonNode failed = spec.path("maxFailedIndexes");
        if (failed.isNumber() && limit.isMissingNode()) {
            causes.required(path + ".backoffLimitPerIndex", "when maxFailedIndexes is specified");
        }
        if (!indexed) {
            for (String field : List.of("backoffLimitPerIndex", "maxFailedIndexes")) {
                if (spec.has(field)) {
                    causes.invalid(path + "." + field, spec.path(field), INDEXED);
                }
            }
            return;
        }
        if (!spec.has("completions")) {
            causes.required(path + ".completions", "when completion mode is Indexed");
            return;
        }
        if (Json.longOr(0, spec, "parallelism") > MOST_PARALLEL_INDEXES) {
            causes.invalid(
                    path + ".parallelism",
                    spec.path("parallelism"),
                    "must be less than or equal to " + MOST_PARALLEL_INDEXES + " when completion mode is Indexed");
        }
        if (failed.asLong() > completions) {
            causes.invalid(path + ".maxFailedIndexes", failed, "must be less than or equal to completions");
        }
    }

    private void managedBy() {
        String name = Json.text(spec, "managedBy");
        if (name.isEmpty()) {
            return;
        }
        String here = path + ".managedBy";
        int slash = name.indexOf('/');
        if (slash <= 0 || slash == name.length() - 1) {
            causes.invalid(here, name, "must be a domain-prefixed path (such as \"acme.io/foo\")");
        } else {
            causes.invalid(here, name.substring(0, slash), Names.dns1123Subdomain(name.substring(0, slash)));
        }
        if (name.length() > LONGEST_MANAGED_BY) {
            causes.tooLong(here, LONGEST_MANAGED_BY);
        }
    }

    private void failure() {
        Set<String> containers = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            Json.at(spec, "template", "spec", list).forEach(each -> containers.add(Json.text(each, "name")));
        }
        String here = path + ".podFailurePolicy.rules";
        JsonNode rules = Json.at(spec, "podFailurePolicy", "rules");
        if (rules.size() > MOST_RULES) {
            causes.tooMany(here, rules.size(), MOST_RULES);
        }
        for (int at = 0; at < rules.size(); at++) {
            failureRule(rules.get(at), Causes.at(here, at), containers);
        }
        // While failures have rules, a pod is replaced when it has failed, and not while it ends.
        String replacement = Json.text(spec, "podReplacementPolicy");
        if (replacement.equals("TerminatingOrFailed")) {
            causes.unsupported(path + ".podReplacementPolicy", replacement, List.of("Failed"));
        }
    }

    private void failureRule(JsonNode rule, String here, Set<String> containers) {
        if (Json.text(rule, "action").equals("FailIndex") && !spec.has("backoffLimitPerIndex")) {
            causes.invalid(here + ".action", "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
        JsonNode codes = rule.path("onExitCodes");
        JsonNode conditions = rule.path("onPodConditions");
        if (!codes.isMissingNode()) {
            exitCodes(codes, here + ".onExitCodes", containers);
        }
        if (conditions.size() > MOST_CONDITIONS) {
            causes.tooMany(here + ".onPodConditions", conditions.size(), MOST_CONDITIONS);
        }
        for (int at = 0; at < conditions.size(); at++) {
            String type = Json.text(conditions.get(at), "type");
            String place = Causes.at(here + ".onPodConditions", at);
            causes.invalid(place + ".type", type, Names.qualifiedName(type));
            String status = Json.text(conditions.get(at), "status");
            if (!Set.of("True", "False", "Unknown").contains(status)) {
                causes.unsupported(place + ".status", status, List.of("False", "True", "Unknown"));
            }
        }
        if (codes.isMissingNode() == conditions.isEmpty()) {
            String both = codes.isMissingNode() ? "specifying one of" : "specifying both";
            String end = codes.isMissingNode() ? "is required" : "is not supported";
            causes.invalid(here, both + " OnExitCodes and OnPodConditions " + end);
        }
    }

    private void exitCodes(JsonNode codes, String here, Set<String> containers) {
        String operator = Json.text(codes, "operator");
        if (!operator.equals("In") && !operator.equals("NotIn")) {
            causes.unsupported(here + ".operator", operator, List.of("In", "NotIn"));
        }
        String container = Json.text(codes, "containerName");
        if (!container.isEmpty() && !containers.contains(container)) {
            causes.invalid(
                    here + ".containerName",
                    container,
                    "must be one of the container or initContainer names in the pod template");
        }
        JsonNode values = codes.path("values");
        if (values.isEmpty()) {
            causes.invalid(here + ".values", values, "at least one value is required");
        } else if (values.size() > MOST_EXIT_CODES) {
            causes.tooMany(here + ".values", values.size(), MOST_EXIT_CODES);
        }
        Set<Integer> seen = new HashSet<>();
        boolean ordered = true;
        for (int at = 0; at < values.size(); at++) {
            int code = values.get(at).asInt();
            if (operator.equals("In") && code == 0) {
                causes.invalid(Causes.at(here + ".values", at), 0, "must not be 0 for the In operator");
            }
            if (!seen.add(code)) {
                causes.duplicate(Causes.at(here + ".values", at), values.get(at));
            }
            ordered &= at == 0 || values.get(at - 1).asInt() <= code;
        }
        if (!ordered) {
            causes.invalid(here + ".values", values, "must be ordered");
        }
    }

    private void success() {
        String here = path + ".successPolicy.rules";
        JsonNode rules = Json.at(spec, "successPolicy", "rules");
        if (rules.isEmpty()) {
            causes.required(here, "at least one rules must be specified when the successPolicy is specified");
        } else if (rules.size() > MOST_RULES) {
            causes.tooMany(here, rules.size(), MOST_RULES);
        }
        for (int at = 0; at < rules.size(); at++) {
            successRule(rules.get(at), Causes.at(here, at));
        }
    }

    private void successRule(JsonNode rule, String here) {
        boolean named = rule.has("succeededIndexes");
        JsonNode count = rule.path("succeededCount");
        if (!named && count.isMissingNode()) {
            causes.required(here, "at least one of succeededCount or succeededIndexes must be specified");
        }
        long all = 0;
        if (named) {
            String text = Json.text(rule, "succeededIndexes");
            try {
                all = counted(text);
            } catch (IllegalArgumentException e) {
                causes.invalid(here + ".succeededIndexes", text, "error parsing succeededIndexes: " + e.getMessage());
            }
        }
        if (count.isNumber() && count.asLong() < 0) {
            causes.invalid(here + ".succeededCount", count, "must be greater than or equal to 0");
        }
        if (count.asLong() > completions) {
            bounded(here, count, completions + " (the number of specified completions)");
        }
        if (named && count.asLong() > all) {
            bounded(here, count, all + " (the number of indexes in the specified succeededIndexes field)");
        }
    }

    private void bounded(String here, JsonNode count, String most) {
        causes.invalid(here + ".succeededCount", count, "must be less than or equal to " + most);
    }

    /** How many indexes {@code 1,3-5} are. @throws IllegalArgumentException in upstream's words */
    private long counted(String text) {
        long all = 0;
        long last = -1;
        for (String part : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            String[] ends = part.split("-", -1);
            if (ends.length > 2) {
                throw new IllegalArgumentException(
                        "the fragment \"" + part + "\" violates the requirement that an index"
                                + " interval can have at most two parts separated by '-'");
            }
            long first = index(ends[0]);
            long end = ends.length > 1 ? index(ends[1]) : first;
            increasing(first, end, ends.length == 1);
            increasing(last, first, last < 0);
            all += end - first + 1;
            last = end;
        }
        return all;
    }

    private static void increasing(long before, long now, boolean single) {
        if (!single && before >= now) {
            throw new IllegalArgumentException("non-increasing order, previous: " + before + ", current: " + now);
        }
    }

    private long index(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw new IllegalArgumentException("cannot convert string to integer for index: \"" + text + "\"");
        }
        long index = Long.parseLong(text);
        if (index >= completions) {
            throw new IllegalArgumentException("too large index: \"" + text + "\"");
        }
        return index;
    }
}
