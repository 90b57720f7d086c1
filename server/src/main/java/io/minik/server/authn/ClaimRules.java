package io.minik.server.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.cel.Constructed;
import io.minik.api.cel.Decl;
import io.minik.api.cel.Program;
import io.minik.api.cel.RequestVariables;
import io.minik.ground.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the claims of a token must be, and whom they name.
 *
 * @param required claims and their values
 * @param claims expressions over {@code claims} that must hold, and {@code users} over {@code user}
 */
record ClaimRules(
        Map<String, String> required,
        List<Check> claims,
        Mapping username,
        Mapping groups,
        Mapping uid,
        Map<String, Program> extra,
        List<Check> users) {
    /** Upstream's PerCallLimit. */
    private static final long MOST_COST = 1_000_000;

    static final String CLAIMS = "claims";
    static final String USER = "user";
    static final Decl CLAIMS_DECL = Decl.map(Decl.DYN);

    record Check(Program program, String message) {}

    /** @param claim empty: by the program; both absent: nothing is mapped */
    record Mapping(String claim, String prefix, Optional<Program> program) {
        static final Mapping NONE = new Mapping("", "", Optional.empty());
    }

    /** Why a token is refused. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message, null, false, false);
        }
    }

    User user(ObjectNode token) throws Refused {
        for (Map.Entry<String, String> claim : required.entrySet()) {
            if (!Json.text(token, claim.getKey()).equals(claim.getValue())) {
                throw new Refused("required claim " + claim.getKey() + " is not as it must be");
            }
        }
        Map<String, Object> variables = Map.of(CLAIMS, CLAIMS_DECL.value(token));
        hold(claims, variables);
        List<String> names = values(username, token, variables);
        String name = names.size() == 1 ? names.get(0) : "";
        if (name.isEmpty()) {
            throw new Refused("the token names no user");
        }
        if (username.claim().equals("email") && !Json.boolOr(true, token, "email_verified")) {
            throw new Refused("email not verified");
        }
        List<String> all = new ArrayList<>();
        values(groups, token, variables).stream()
                .filter(group -> !group.isEmpty())
                .map(group -> groups.prefix() + group)
                .forEach(all::add);
        all.add(User.AUTHENTICATED);
        List<String> ids = values(uid, token, variables);
        Map<String, List<String>> more = new LinkedHashMap<>();
        for (Map.Entry<String, Program> entry : extra.entrySet()) {
            List<String> found = texts(run(entry.getValue(), variables));
            if (!found.isEmpty()) {
                more.put(entry.getKey(), found);
            }
        }
        User user =
                new User(username.prefix() + name, ids.isEmpty() ? "" : ids.get(0), List.copyOf(all), Map.copyOf(more));
        if (!users.isEmpty()) {
            hold(users, Map.of(USER, RequestVariables.USER_INFO.value(whole(user))));
        }
        return user;
    }

    private static void hold(List<Check> checks, Map<String, Object> variables) throws Refused {
        for (Check check : checks) {
            Program.Outcome outcome = check.program().eval(variables, MOST_COST);
            if (outcome.failed() || !Boolean.TRUE.equals(outcome.value())) {
                throw new Refused(
                        outcome.failed()
                                ? outcome.error()
                                : check.message().isEmpty() ? "a rule does not hold" : check.message());
            }
        }
    }

    private static List<String> values(Mapping mapping, ObjectNode token, Map<String, Object> variables)
            throws Refused {
        return mapping.program().isPresent()
                ? texts(run(mapping.program().get(), variables))
                : mapping.claim().isEmpty() ? List.of() : texts(token.path(mapping.claim()));
    }

    private static JsonNode run(Program program, Map<String, Object> variables) throws Refused {
        Program.Outcome outcome = program.eval(variables, MOST_COST);
        if (outcome.failed()) {
            throw new Refused(outcome.error());
        }
        try {
            return Constructed.json(outcome.value());
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
    }

    /** A text, or a list of texts; what is nothing is none. */
    private static List<String> texts(JsonNode value) throws Refused {
        if (value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            if (!item.isTextual()) {
                throw new Refused("a claim is no list of strings");
            }
            texts.add(item.textValue());
        }
        if (!value.isArray()) {
            throw new Refused("a claim is no string");
        }
        return texts;
    }

    /** Rules speak of all fields, also of those that say nothing. */
    private static ObjectNode whole(User user) {
        ObjectNode tree = user.tree().put("uid", user.uid());
        Json.child(tree, "extra");
        return tree;
    }
}
