package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.cgroup.DeviceRule;
import io.minik.runtime.oci.DeviceAccess.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * runtime-spec, config-linux.md: "The runtime MUST apply entries in the listed order." So of two rules about one access of one
 * device the later one counts; cgroup v2 has a list of what is allowed, and what that can't say must be refused.
 */
class DeviceRulesTest {
    private static Rule allow(String device) {
        return new Rule(true, rule(device));
    }

    private static Rule deny(String device) {
        return new Rule(false, rule(device));
    }

    /** {@code c 1:3 rw}; a star is any number. */
    private static DeviceRule rule(String text) {
        String[] words = text.split("[ :]");
        return new DeviceRule(words[0].charAt(0), number(words[1]), number(words[2]), words[3]);
    }

    private static long number(String text) {
        return text.equals("*") ? -1 : Long.parseLong(text);
    }

    private static boolean covers(DeviceRule rule, char type, long major, long minor, char access) {
        return (rule.type() == 'a' || rule.type() == type)
                && (rule.major() < 0 || rule.major() == major)
                && (rule.minor() < 0 || rule.minor() == minor)
                && rule.access().indexOf(access) >= 0;
    }

    @ParameterizedTest
    @CsvSource({
        "a *:* rwm, a",
        "c 1:3 rwm, c 1:3 rwm",
        "b 8:* r, b 8:* r",
        "c *:229 m, c *:229 m",
    })
    void aRuleIsALineOfV1sFiles(String rule, String line) {
        assertThat(allow(rule).line()).isEqualTo(line);
    }

    @Test
    void whatWasAllowedTwiceIsDeniedByOneRule() {
        List<Rule> rules = List.of(allow("c 10:229 rwm"), allow("c 10:229 rwm"), deny("c 10:229 rwm"));
        assertThat(DeviceAccess.allowed(rules)).isEmpty();
    }

    @Test
    void aDenialThatAWiderRuleWouldUndoIsRefused() {
        for (List<Rule> rules : List.of(
                List.of(allow("c 10:229 rwm"), allow("c 10:* rwm"), deny("c 10:229 rwm")),
                List.of(allow("a *:* rwm"), allow("c 10:229 rwm"), deny("c 10:229 rwm")),
                List.of(allow("c 10:229 rwm"), deny("c 10:229 w")))) {
            assertThatThrownBy(() -> DeviceAccess.allowed(rules))
                    .isInstanceOf(RuntimeFault.class)
                    .hasMessageContaining("a rule that denies what only a wider rule allows (c 10:229 ");
        }
    }

    @Test
    void aDenialOfWhatNothingAllowsIsNone() {
        assertThat(DeviceAccess.allowed(List.of(allow("c 10:229 r"), deny("c 10:229 w"), deny("b 8:0 rwm"))))
                .containsExactly(rule("c 10:229 r"));
    }

    @Test
    void aRuleForAllTakesWhatWasSaidBefore() {
        assertThat(DeviceAccess.allowed(List.of(allow("c 10:229 rwm"), deny("a *:* rwm"), allow("c 1:3 r"))))
                .containsExactly(rule("c 1:3 r"));
        assertThat(DeviceAccess.allowed(List.of(deny("c 10:229 rwm"), allow("a *:* rwm"))))
                .isEqualTo(DeviceRule.ALL);
    }

    /** Whatever the rules are: what comes out allows what the last word on each access allows, or it is refused. */
    @Test
    void theLastWordOnEachAccessCounts() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        int kept = 0;
        for (int round = 0; round < 20_000; round++) {
            List<Rule> rules = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(4); i++) {
                rules.add(new Rule(random.nextInt(3) > 0, random(random)));
            }
            Optional<List<DeviceRule>> allowed = allowed(rules);
            kept += allowed.isPresent() ? 1 : 0;
            allowed.ifPresent(list -> holds(list, rules, seed));
        }
        assertThat(kept).as("seed %d: rules that could be kept", seed).isGreaterThan(5_000);
    }

    private static DeviceRule random(Random random) {
        if (random.nextInt(8) == 0) {
            return rule("a *:* rwm");
        }
        String access = List.of("r", "w", "rw", "rwm").get(random.nextInt(4));
        return new DeviceRule(random.nextBoolean() ? 'c' : 'b', random.nextInt(3) - 1, random.nextInt(3) - 1, access);
    }

    private static Optional<List<DeviceRule>> allowed(List<Rule> rules) {
        try {
            return Optional.of(DeviceAccess.allowed(rules));
        } catch (RuntimeFault refused) {
            return Optional.empty();
        }
    }

    private static void holds(List<DeviceRule> allowed, List<Rule> rules, long seed) {
        for (char type : new char[] {'c', 'b'}) {
            for (long device = 0; device < 9; device++) {
                long major = device / 3;
                long minor = device % 3;
                for (char access : new char[] {'r', 'w', 'm'}) {
                    boolean expected = rules.stream()
                            .filter(rule -> covers(rule.device(), type, major, minor, access))
                            .reduce((earlier, later) -> later)
                            .map(Rule::allow)
                            .orElse(false);
                    assertThat(allowed.stream().anyMatch(rule -> covers(rule, type, major, minor, access)))
                            .as("seed %d: %s %d:%d %s of %s", seed, type, major, minor, access, rules)
                            .isEqualTo(expected);
                }
            }
        }
    }
}
