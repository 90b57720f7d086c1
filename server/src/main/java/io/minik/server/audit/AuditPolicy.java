package io.minik.server.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.api.meta.Names;
import io.minik.ground.json.Json;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** audit.k8s.io/v1 Policy: the first rule that a request matches says how much of it is told. Immutable. */
public final class AuditPolicy {
    /** How much, each one with what the ones before it have. */
    public enum Level {
        None,
        Metadata,
        Request,
        RequestResponse
    }

    /** When in a request's life an event is written. */
    public enum Stage {
        RequestReceived,
        ResponseStarted,
        ResponseComplete,
        Panic
    }

    /** What holds for a request. */
    public record Decision(Level level, Set<Stage> omitted, boolean omitManagedFields) {
        public boolean tells(Stage stage) {
            return level != Level.None && !omitted.contains(stage);
        }
    }

    /** Everything, without bodies: where there is a log and no policy. */
    public static final AuditPolicy METADATA = new AuditPolicy(
            List.of(new Rule(Json.object(), new Decision(Level.Metadata, Set.of(), false))),
            new Decision(Level.None, Set.of(), false));

    private static final Set<String> VERSIONS =
            Set.of("audit.k8s.io/v1", "audit.k8s.io/v1beta1", "audit.k8s.io/v1alpha1");

    private final List<Rule> rules;
    private final Decision otherwise;

    private AuditPolicy(List<Rule> rules, Decision otherwise) {
        this.rules = List.copyOf(rules);
        this.otherwise = otherwise;
    }

    public Decision of(User user, Target target) {
        for (Rule rule : rules) {
            if (rule.matches(user, target)) {
                return rule.decision;
            }
        }
        return otherwise;
    }

    /** @throws IllegalArgumentException in upstream's words */
    public static AuditPolicy parse(JsonNode document) {
        String apiVersion = Json.text(document, "apiVersion");
        if (!VERSIONS.contains(apiVersion) || !Json.text(document, "kind").equals("Policy")) {
            throw new IllegalArgumentException("unknown group version field " + apiVersion + ", Kind="
                    + Json.text(document, "kind") + " in policy");
        }
        Causes causes = new Causes();
        Set<Stage> omitted = stages(document.path("omitStages"), "omitStages", causes);
        boolean omitManagedFields = Json.bool(document, "omitManagedFields");
        List<Rule> rules = new ArrayList<>();
        for (JsonNode rule : document.path("rules")) {
            rules.add(rule(
                    rule,
                    Causes.at("rules", rules.size()),
                    causes,
                    new Decision(Level.None, omitted, omitManagedFields)));
        }
        if (!causes.isEmpty()) {
            throw new IllegalArgumentException(causes.toString());
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("loaded illegal policy with 0 rules");
        }
        return new AuditPolicy(rules, new Decision(Level.None, omitted, omitManagedFields));
    }

    private static Rule rule(JsonNode rule, String path, Causes causes, Decision all) {
        String said = Json.text(rule, "level");
        Level level = Level.None;
        if (said.isEmpty()) {
            causes.required(path + ".level");
        } else if (Stream.of(Level.values()).noneMatch(each -> each.name().equals(said))) {
            causes.unsupported(
                    path + ".level",
                    said,
                    Stream.of(Level.values()).map(Level::name).toList());
        } else {
            level = Level.valueOf(said);
        }
        urls(rule, path + ".nonResourceURLs", causes);
        resources(rule.path("resources"), path + ".resources", causes);
        Set<Stage> omitted = EnumSet.noneOf(Stage.class);
        omitted.addAll(all.omitted);
        omitted.addAll(stages(rule.path("omitStages"), path + ".omitStages", causes));
        return new Rule(
                rule, new Decision(level, omitted, Json.boolOr(all.omitManagedFields, rule, "omitManagedFields")));
    }

    private static void urls(JsonNode rule, String path, Causes causes) {
        List<String> urls = Json.stringList(rule, "nonResourceURLs");
        for (int at = 0; at < urls.size(); at++) {
            String url = urls.get(at);
            if (!url.equals("*") && !url.startsWith("/")) {
                causes.invalid(Causes.at(path, at), url, "non-resource URL rules must begin with a '/' character");
            }
            int star = url.indexOf('*');
            if (star >= 0 && star < url.length() - 1) {
                causes.invalid(
                        Causes.at(path, at),
                        url,
                        "non-resource URL wildcards '*' must be the final character of the rule");
            }
        }
        if (!urls.isEmpty()
                && !(rule.path("resources").isEmpty() && rule.path("namespaces").isEmpty())) {
            causes.invalid(
                    path,
                    rule.path("nonResourceURLs"),
                    "rules cannot apply to both regular resources and non-resource URLs");
        }
    }

    private static void resources(JsonNode resources, String path, Causes causes) {
        for (JsonNode each : resources) {
            String group = Json.text(each, "group");
            List<String> wrong = group.isEmpty() ? List.of() : Names.dns1123Subdomain(group);
            if (!wrong.isEmpty()) {
                causes.invalid(path + ".group", group, String.join(",", wrong));
            }
            if (!each.path("resourceNames").isEmpty() && each.path("resources").isEmpty()) {
                causes.invalid(
                        path + ".resourceNames",
                        each.path("resourceNames"),
                        "using resourceNames requires at least one resource");
            }
        }
    }

    private static Set<Stage> stages(JsonNode list, String path, Causes causes) {
        Set<Stage> stages = EnumSet.noneOf(Stage.class);
        for (int at = 0; at < list.size(); at++) {
            String word = list.get(at).asText();
            if (Stream.of(Stage.values()).anyMatch(stage -> stage.name().equals(word))) {
                stages.add(Stage.valueOf(word));
            } else {
                causes.invalid(
                        Causes.at(path, at),
                        word,
                        "allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic");
            }
        }
        return stages;
    }

    /** Lists that are empty match everything. */
    private record Rule(
            List<String> users,
            List<String> groups,
            List<String> verbs,
            List<String> namespaces,
            List<String> urls,
            List<Resources> resources,
            Decision decision) {
        Rule(JsonNode rule, Decision decision) {
            this(
                    Json.stringList(rule, "users"),
                    Json.stringList(rule, "userGroups"),
                    Json.stringList(rule, "verbs"),
                    Json.stringList(rule, "namespaces"),
                    Json.stringList(rule, "nonResourceURLs"),
                    Json.items(rule, "resources").stream().map(Resources::of).toList(),
                    decision);
        }

        boolean matches(User user, Target target) {
            if ((!users.isEmpty() && !users.contains(user.name()))
                    || (!groups.isEmpty() && user.groups().stream().noneMatch(groups::contains))
                    || (!verbs.isEmpty() && !verbs.contains(target.verb()))) {
                return false;
            }
            if (!namespaces.isEmpty() || !resources.isEmpty()) {
                return target.resourceRequest()
                        && (namespaces.isEmpty() || namespaces.contains(target.namespace()))
                        && (resources.isEmpty() || resources.stream().anyMatch(each -> each.match(target)));
            }
            return urls.isEmpty()
                    || (!target.resourceRequest() && urls.stream().anyMatch(url -> isUnder(target.path(), url)));
        }

        private static boolean isUnder(String path, String url) {
            return url.equals(path) || (url.endsWith("*") && path.startsWith(url.substring(0, url.length() - 1)));
        }
    }

    /** The resources of one group that a rule is about. */
    private record Resources(String group, List<String> words, List<String> names) {
        static Resources of(JsonNode said) {
            return new Resources(
                    Json.text(said, "group"),
                    Json.stringList(said, "resources"),
                    Json.stringList(said, "resourceNames"));
        }

        boolean match(Target target) {
            if (!group.equals(target.group())) {
                return false;
            }
            if (words.isEmpty()) {
                return true;
            }
            if (!names.isEmpty() && !names.contains(target.name())) {
                return false;
            }
            String resource = target.resource();
            String sub = target.subresource();
            String whole = sub.isEmpty() ? resource : resource + "/" + sub;
            return words.contains(whole)
                    || words.contains("*")
                    || words.contains(resource + "/*")
                    || (!sub.isEmpty() && words.contains("*/" + sub));
        }
    }
}
