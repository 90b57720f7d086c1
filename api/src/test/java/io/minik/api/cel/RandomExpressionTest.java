package io.minik.api.cel;

import static org.assertj.core.api.Assertions.assertThat;

import io.minik.ground.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever is written as an expression, it is refused in words or has a value or an error, within its budget. */
class RandomExpressionTest {
    private static final int ROUNDS = 5_000;
    private static final long LIMIT = 20_000;
    private static final List<String> ATOMS = List.of(
            "self",
            "self.n",
            "self.s",
            "self.list",
            "self.map",
            "self.either",
            "self.t",
            "1",
            "0",
            "-1",
            "2.5",
            "3u",
            "'a'",
            "''",
            "'10.0.0.0/8'",
            "'1Gi'",
            "'1.2.3'",
            "'%s'",
            "b'x'",
            "true",
            "false",
            "null",
            "[]",
            "[1, 2]",
            "{}",
            "{'a': 1}",
            "x",
            "duration('1h')",
            "timestamp('2024-01-01T00:00:00Z')",
            "optional.none()",
            "type(1)",
            "'[a'",
            "9223372036854775807");
    private static final List<String> OPERATORS =
            List.of("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", "&&", "||", "in");
    private static final List<String> MEMBERS = List.of(
            "size()",
            "matches(%s)",
            "find(%s)",
            "findAll(%s, 2)",
            "split(%s)",
            "split(%s, 3)",
            "replace(%s, %s)",
            "replace(%s, %s, 2)",
            "substring(%s)",
            "substring(%s, %s)",
            "charAt(%s)",
            "indexOf(%s)",
            "lastIndexOf(%s, %s)",
            "join(%s)",
            "format([%s])",
            "all(x, %s)",
            "exists(x, %s)",
            "exists_one(x, %s)",
            "map(x, %s)",
            "filter(x, %s)",
            "transformList(x, y, %s)",
            "transformMap(x, y, %s)",
            "transformMapEntry(x, y, {%s: %s})",
            "sum()",
            "min()",
            "max()",
            "isSorted()",
            "getHours(%s)",
            "getMinutes()",
            "orValue(%s)",
            "value()",
            "hasValue()",
            "or(%s)",
            "optMap(x, %s)",
            "isGreaterThan(%s)",
            "add(%s)",
            "asInteger()",
            "containsIP(%s)",
            "masked()",
            "ip()",
            "family()",
            "major()",
            "validate(%s)",
            "getQuery()",
            "n",
            "s",
            "?n",
            "startsWith(%s)",
            "contains(%s)",
            "lowerAscii()",
            "trim()");
    private static final List<String> GLOBALS = List.of(
            "int(%s)",
            "uint(%s)",
            "double(%s)",
            "string(%s)",
            "bytes(%s)",
            "bool(%s)",
            "dyn(%s)",
            "type(%s)",
            "duration(%s)",
            "timestamp(%s)",
            "has(self.%s)",
            "size(%s)",
            "quantity(%s)",
            "isQuantity(%s)",
            "ip(%s)",
            "isIP(%s)",
            "cidr(%s)",
            "url(%s)",
            "semver(%s)",
            "isSemver(%s, true)",
            "sets.contains(%s, %s)",
            "sets.equivalent(%s, %s)",
            "optional.of(%s)",
            "optional.ofNonZeroValue(%s)",
            "format.named(%s)",
            "-%s",
            "!%s",
            "[%s, %s]",
            "{%s: %s}",
            "%s[%s]",
            "%s[?%s]",
            "%s ? %s : %s",
            "(%s)");

    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }

    private String filled(String form, int depth) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (int at = form.indexOf("%s"); at >= 0; at = form.indexOf("%s", from)) {
            text.append(form, from, at).append(expression(depth - 1));
            from = at + 2;
        }
        return text.append(form.substring(from)).toString();
    }

    private String expression(int depth) {
        if (depth <= 0) {
            return pick(ATOMS);
        }
        return switch (random.nextInt(5)) {
            case 0 -> expression(depth - 1) + " " + pick(OPERATORS) + " " + expression(depth - 1);
            case 1 -> expression(depth - 1) + "." + filled(pick(MEMBERS), depth);
            case 2 -> filled(pick(GLOBALS), depth);
            case 3 -> "dyn(" + expression(depth - 1) + ")." + filled(pick(MEMBERS), depth);
            default -> pick(ATOMS);
        };
    }

    /** Cuts, doubles or swaps a piece: mostly no expression any more. */
    private String torn(String text) {
        int from = random.nextInt(text.length() + 1);
        int to = from + random.nextInt(text.length() - from + 1);
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, from) + text.substring(to);
            case 1 -> text.substring(0, to) + text.substring(from);
            case 2 -> text.substring(0, from) + (char) random.nextInt(0x250) + text.substring(to);
            default -> text;
        };
    }

    @Test
    void noExpressionBreaksTheEngine() {
        Decl self =
                Decl.of(Json.parse("""
                {"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"},
                 "t":{"type":"string","format":"date-time"},"list":{"type":"array","items":{"type":"string"}},
                 "map":{"type":"object","additionalProperties":{"type":"integer"}},"either":{"x-kubernetes-int-or-string":true}}}
                """.getBytes(StandardCharsets.UTF_8)), true).orElseThrow();
        Object value = self.value(Json.parse("""
                {"n":3,"s":"a,b","t":"2024-01-01T00:00:00Z","list":["x","y"],"map":{"a":1},"either":5}
                """.getBytes(StandardCharsets.UTF_8)));
        CelEnvironment environment = CelEnvironment.of(Map.of("self", self));
        int run = 0;
        for (int round = 0; round < ROUNDS; round++) {
            String text = torn(expression(4));
            String told = "-Dseed=" + seed + " round " + round + ": " + text;
            try {
                Program program = environment.compile(text);
                Program.Outcome outcome = program.eval(Map.of("self", value), LIMIT);
                assertThat(outcome.value()).as(told).isNotNull();
                assertThat(program.worstCost()).as(told).isNotNegative();
                assertThat(outcome.cost()).as(told).isBetween(0L, 100 * LIMIT);
                run++;
            } catch (CompileFault e) {
                assertThat(e.words()).as(told).isNotBlank();
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(told, e);
            }
        }
        assertThat(run).as("-Dseed=" + seed).isGreaterThan(ROUNDS / 100);
    }
}
