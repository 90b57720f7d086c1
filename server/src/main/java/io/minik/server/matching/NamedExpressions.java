package io.minik.server.matching;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.cel.CelEnvironment;
import io.minik.api.cel.CelType;
import io.minik.api.cel.Decl;
import io.minik.api.cel.RequestVariables;
import io.minik.ground.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The variables of a policy, compiled: each may speak of those before it. Immutable. */
public final class NamedExpressions {
    private final Map<String, Expression> byName = new LinkedHashMap<>();
    private final Map<String, CelType> types = new LinkedHashMap<>();

    private NamedExpressions() {}

    /** @param said the variables of a policy. @param declared what they may speak of besides */
    public static NamedExpressions of(JsonNode said, Map<String, Decl> declared) {
        NamedExpressions named = new NamedExpressions();
        for (JsonNode variable : said) {
            String name = Json.text(variable, "name");
            Expression expression =
                    Expression.of(Json.text(variable, "expression"), named.environment(declared), List.of());
            named.byName.put(name, expression);
            named.types.put(name, expression.type());
        }
        return named;
    }

    /** In which expressions may speak of them, and of what is declared. */
    public CelEnvironment environment(Map<String, Decl> declared) {
        return CelEnvironment.of(RequestVariables.composed(declared, types));
    }

    Optional<Expression> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Set<String> names() {
        return byName.keySet();
    }
}
