package io.minik.server.flowcontrol;

import io.minik.api.object.KubeObject;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** All schemas and levels of one moment. Immutable. @param schemas in the order in which they are tried */
record FlowPlan(List<FlowSpec> schemas, Map<String, LevelSpec> levels) {
    /** Where a request is that no schema names, as upstream's last schema does. */
    private static final String CATCH_ALL = "catch-all";

    /** Schemas of levels that are not there are passed over: they say so in their status. */
    static FlowPlan of(Collection<KubeObject> schemas, Collection<KubeObject> levels) {
        Map<String, LevelSpec> byName =
                levels.stream().map(LevelSpec::of).collect(Collectors.toMap(LevelSpec::name, Function.identity()));
        return new FlowPlan(
                schemas.stream()
                        .map(FlowSpec::of)
                        .filter(schema -> byName.containsKey(schema.level()))
                        .sorted(Comparator.comparingInt(FlowSpec::precedence).thenComparing(FlowSpec::name))
                        .toList(),
                Map.copyOf(byName));
    }

    RequestFlow flow(User user, Target target) {
        for (FlowSpec schema : schemas) {
            if (schema.matches(user, target)) {
                return flow(schema, user, target);
            }
        }
        // Whoever is neither known nor unknown, which is nobody.
        FlowSpec last = schemas.stream()
                .filter(schema -> schema.level().equals(CATCH_ALL))
                .findFirst()
                .orElseGet(() -> schemas.get(schemas.size() - 1));
        return flow(last, user, target);
    }

    private RequestFlow flow(FlowSpec schema, User user, Target target) {
        LevelSpec level = levels.get(schema.level());
        if (level == null) {
            throw new IllegalStateException("a schema without its level is in no plan");
        }
        return new RequestFlow(schema, level, schema.distinguisher(user, target));
    }
}
