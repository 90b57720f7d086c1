package io.minik.api.meta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.PatternSyntaxException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GoPatternTest {
    private static void refused(String text, String why) {
        assertThatThrownBy(() -> GoPattern.of(text))
                .isInstanceOf(PatternSyntaxException.class)
                .hasMessage("error parsing regexp: " + why);
    }

    @Test
    void repetitionsMultiplyAndAreBoundedTogether() {
        refused("((a{1,100}){1,100}){1,100}", "invalid repeat count: `{1,100}`");
        refused("(a{100}){11}", "invalid repeat count: `{11}`");
        refused("(a|(b{2,}c){501})", "invalid repeat count: `{501}`");
        refused("([a{3}]b{2}|c{600}){2}", "invalid repeat count: `{2}`");
        refused("a{2,12345678901}", "invalid repeat count: `{2,12345678901}`");
        refused("a{1001}", "invalid repeat count: `{1001}`");
        assertThat(GoPattern.of("(a{100}){10}").isFoundIn("a".repeat(1000))).isTrue();
        assertThat(GoPattern.of("((a{1,10}){1,10}){1,10}b").isFoundIn("aab")).isTrue();
        assertThat(GoPattern.of("(?:a{1000})?(?:a{0,1000}){0}b").isFoundIn("b")).isTrue();
    }

    @Test
    void whatOnlyLooksLikeARepetitionIsNone() {
        for (String text : List.of(
                "\\{1000}{2}",
                "[{1000}]{2}", "[]{1000}]{2}", "[^]{1000}]{2}", "[[:alpha:]{1000}]{2}", "\\Q(a{999}){999}\\E")) {
            assertThat(GoPattern.of(text).steps()).as(text).isLessThan(40);
        }
        assertThat(GoPattern.of("\\x{61}{3}\\p{Greek}{2}").isFoundIn("aaa\u03b1\u03b2"))
                .isTrue();
        assertThat(GoPattern.of("{".repeat(9000)).steps()).isEqualTo(9002);
        assertThat(GoPattern.of("a{,3}{b").isFoundIn("a{,3}{b")).isTrue();
    }

    @Test
    void aPatternIsOnlySoLarge() {
        String many = "[a-z]{1000}".repeat(11);
        refused(many, "expression too large: `" + many + "`");
        String words = IntStream.range(0, 20_000).mapToObj(i -> "a" + i).collect(Collectors.joining("|"));
        refused(words, "expression too large: `" + words + "`");
        String deep = "(".repeat(1001) + "a" + ")".repeat(1001);
        refused(deep, "expression nests too deeply: `" + deep + "`");
        assertThat(GoPattern.of("[a-z]{1000}".repeat(9)).isFoundIn("a")).isFalse();
        assertThat(GoPattern.of("(".repeat(1000) + "a" + ")".repeat(1000)).isFoundIn("a"))
                .isTrue();
    }

    /** On the stack of a thread, whatever the letters say. */
    @Test
    void whatIsNoPatternIsSaidInGosWords() {
        refused("a(b", "missing closing ): `a(b`");
        refused("a)", "unexpected ): `a)`");
        refused("[a", "missing closing ]: `[a`");
        refused("a**", "invalid nested repetition operator: `**`");
        refused("\\", "trailing backslash at end of expression");
        refused("(?=a)", "invalid or unsupported Perl syntax: `(?=`");
    }

    @Test
    void aMatchTakesTimeByTheLettersNotByTheirPowers() {
        assertThat(GoPattern.of("^(a+)+$").isFoundIn("a".repeat(50_000) + "!")).isFalse();
        assertThat(GoPattern.of("^(a+)+$").takesLong("a".repeat(50_000))).isFalse();
        assertThat(GoPattern.of("[a-z]{1000}x").takesLong("a".repeat(1000))).isFalse();
        assertThat(GoPattern.of("[a-z]{1000}x").takesLong("a".repeat(50_000))).isTrue();
    }
}
