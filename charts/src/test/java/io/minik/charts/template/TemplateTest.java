package io.minik.charts.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.charts.template.Function.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Go's text/template by its documentation: actions, scopes, pipelines, trimming, and its words where a text is wrong. */
class TemplateTest {
    private static final Map<String, Function> FUNCTIONS = Map.of(
            "upper",
            Function.of(in -> in.string(0).toUpperCase(Locale.ROOT), Kind.STRING),
            "add",
            Function.of(in -> (long) in.integer(0) + in.integer(1), Kind.INT, Kind.INT),
            "list",
            Function.variadic(in -> new ArrayList<>(in.values()), Kind.ANY),
            "fail",
            Function.of(
                    in -> {
                        throw new TemplateException(in.string(0));
                    },
                    Kind.STRING),
            "nothing",
            Function.of(in -> null),
            "yes",
            Function.of(in -> true));

    private static Map<String, @Nullable Object> data() {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("name", "web");
        data.put("n", 3L);
        data.put("zero", 0L);
        data.put("real", 2.5);
        data.put("yes", true);
        data.put("no", false);
        data.put("empty", "");
        data.put("none", null);
        data.put("list", List.of("a", "b", "c"));
        data.put("nums", List.of(1L, 2L, 3L));
        data.put("mixed", Arrays.asList("x", null, 1L));
        data.put("emptyList", List.of());
        data.put("map", Map.of("k", "v", "in", Map.of("deep", 7L)));
        data.put("odd-key", "odd");
        data.put("maps", List.of(Map.of("id", 1L), Map.of("id", 2L)));
        return data;
    }

    private static String run(String text) {
        Template templates = new Template(FUNCTIONS);
        templates.parse("t", text);
        return templates.execute("t", data(), Budget.ofOneChart());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '\u00a7', ignoreLeadingAndTrailingWhitespace = false, textBlock = """
            plain~plain
            {{ .name }}~web
            {{.name}}{{.n}}{{.real}}{{.yes}}~web32.5true
            {{ .absent }}~<no value>
            {{ .none }}~<no value>
            {{ .list }} {{ .map.in }}~[a b c] map[deep:7]
            {{ .map.in.deep }}~7
            {{ (.map).in.deep }}~7
            {{ index . "odd-key" }}~odd
            {{ "quoted" }}{{ `raw\\n` }}{{ 'a' }}~quotedraw\\n97
            {{ 0x10 }} {{ 0b11 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ 1e3 }} {{ 1.5 }} {{ -3 }} {{ +3 }}~16 3 15 15 1000 1000 1.5 -3 3
            {{ true }}{{ false }}~truefalse
            {{ if .yes }}a{{ end }}~a
            {{ if .no }}a{{ else }}b{{ end }}~b
            {{ if .zero }}a{{ else if .empty }}b{{ else if .name }}c{{ else }}d{{ end }}~c
            {{ if .emptyList }}a{{ else }}b{{ end }}{{ if .list }}c{{ end }}~bc
            {{ if .none }}a{{ else }}b{{ end }}{{ if .absent }}a{{ else }}b{{ end }}~bb
            {{ with .map }}{{ .k }}{{ end }}~v
            {{ with .absent }}a{{ else }}b{{ end }}~b
            {{ with .absent }}a{{ else with .name }}{{ . }}{{ else }}c{{ end }}~web
            {{ with $x := .name }}{{ $x }}{{ . }}{{ end }}~webweb
            {{ range .list }}{{ . }},{{ end }}~a,b,c,
            {{ range $e := .list }}{{ $e }}{{ . }},{{ end }}~aa,bb,cc,
            {{ range $i, $e := .list }}{{ $i }}{{ $e }},{{ end }}~0a,1b,2c,
            {{ range $k, $v := .map }}{{ $k }}={{ $v }};{{ end }}~in=map[deep:7];k=v;
            {{ range .emptyList }}a{{ else }}b{{ end }}~b
            {{ range .none }}a{{ else }}b{{ end }}~b
            {{ range 3 }}{{ . }}{{ end }}~012
            {{ range $i := 3 }}{{ $i }}{{ end }}~012
            {{ range 0 }}a{{ else }}b{{ end }}~b
            {{ range .list }}{{ if eq . "b" }}{{ continue }}{{ end }}{{ . }}{{ end }}~ac
            {{ range .list }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}~a
            {{ range .nums }}{{ range $.list }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}~a1a2a3
            {{ range .maps }}{{ .id }}{{ $.name }}{{ end }}~1web2web
            {{ range .mixed }}[{{ . }}]{{ end }}~[x][<no value>][1]
            {{ $x := 1 }}{{ $x }}{{ $x = 2 }}{{ $x }}~12
            {{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}~21
            {{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}~2
            {{ $x := 0 }}{{ range .nums }}{{ $x = add $x . }}{{ end }}{{ $x }}~6
            {{ $x := 0 }}{{ range $x = .nums }}{{ end }}{{ $x }}~3
            {{ $m := .map }}{{ $m.in.deep }}~7
            {{ $.name }}{{ with .map }}{{ $.name }}{{ end }}~webweb
            {{ .name | upper }}~WEB
            {{ "a" | printf "%s%s" "b" }}~ba
            {{ 1 | add 2 | add 3 }}~6
            {{ upper (printf "%s-%d" .name .n) }}~WEB-3
            {{ (list 1 2 3) | len }}~3
            {{ yes }}{{ if yes }}a{{ end }}~truea
            {{ nothing }}~<no value>
            {{ define "x" }}[{{ . }}]{{ end }}{{ template "x" .name }}{{ template "x" }}~[web][<no value>]
            {{ define "x" }}{{ $ }}{{ end }}{{ with .map }}{{ template "x" .k }}{{ end }}~v
            {{ define `x` }}{{ template "y" . }}{{ end }}{{ define "y" }}y{{ . }}{{ end }}{{ template "x" 1 }}~y1
            {{ block "b" .name }}<{{ . }}>{{ end }}~<web>
            {{ template "b" "x" }}{{ block "b" .name }}<{{ . }}>{{ end }}~<x><web>
            {{ and .yes .name }} {{ and .zero .name }} {{ or .zero .name }} {{ or .zero .empty }}.~web 0 web .
            {{ and .yes 1 .zero (fail "never") }}~0
            {{ or .name (fail "never") }}~web
            {{ not .yes }} {{ not .zero }} {{ not .absent }}~false true true
            {{ eq .n 3 }} {{ ne .n 3 }} {{ lt .n 4 }} {{ le .n 3 }} {{ gt .n 3 }} {{ ge .n 3 }}~true false true true false true
            {{ eq .name "x" "web" }} {{ eq .name "x" "y" }}~true false
            {{ lt "a" "b" }} {{ lt .real 2.6 }} {{ gt 1.5 1.25 }}~true true true
            {{ eq true .yes }} {{ ne "a" "b" }}~true true
            {{ eq .none nil }}~true
            {{ len .name }} {{ len .list }} {{ len .map }} {{ len "é" }}~3 3 2 2
            {{ index .list 1 }} {{ index .map "in" "deep" }} {{ index "abc" 1 }}~b 7 98
            {{ slice .list 1 }} {{ slice .list 1 2 }} {{ slice "hello" 1 3 }} {{ slice .list }}~[b c] [b] el [a b c]
            {{ print "a" 1 2 "b" }}~a1 2b
            {{ html "<a href='x'>\\"&" }}~&lt;a href=&#39;x&#39;&gt;&#34;&amp;
            {{ js "it's \\"<&>=" }}~it\\'s \\"\\u003C\\u0026\\u003E\\u003D
            {{ urlquery "a b&c=d/é" }}~a+b%26c%3Dd%2F%C3%A9
            a {{- "b" -}} c~abc
            a {{- /* a comment */ -}} b~ab
            a {{/* a comment */}} b~a  b
            a {{ "b" -}}   c~a bc
            {{ 3 -}} {{- 4 }}~34
            {{"{{"}} x {{"}}"}}~{{ x }}
            {{ if and .yes (or .no .name) }}a{{ end }}~a
            {{ printf "%d" 3 | printf "%s%s" "x" }}~x3
            """)
    void renders(String template, @Nullable String text) {
        String want = text == null ? "" : text;
        assertThat(run(template)).isEqualTo(want);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '\u00a7', textBlock = """
            {{ .name.x }}~template: t:1:8: executing "t" at <.name.x>: can't evaluate field x in type interface {}
            {{ .map.k.x }}~template: t:1:7: executing "t" at <.map.k.x>: can't evaluate field x in type interface {}
            {{ .none.x }}~template: t:1:8: executing "t" at <.none.x>: nil pointer evaluating interface {}.x
            {{ index .list 5 }}~template: t:1:3: executing "t" at <index .list 5>: error calling index: index out of range: 5
            {{ index .list "a" }}~template: t:1:3: executing "t" at <index .list "a">: error calling index: cannot index slice/array with type string
            {{ index .map 1 }}~template: t:1:3: executing "t" at <index .map 1>: error calling index: value has type int; should be string
            {{ index 1 1 }}~template: t:1:3: executing "t" at <index 1 1>: error calling index: can't index item of type int
            {{ slice .list 2 1 }}~template: t:1:3: executing "t" at <slice .list 2 1>: error calling slice: invalid slice index: 2 > 1
            {{ slice .n 1 }}~template: t:1:3: executing "t" at <slice .n 1>: error calling slice: can't slice item of type int
            {{ len .n }}~template: t:1:3: executing "t" at <len .n>: error calling len: len of type int
            {{ lt .list .list }}~template: t:1:3: executing "t" at <lt .list .list>: error calling lt: invalid type for comparison
            {{ eq .n "3" }}~template: t:1:3: executing "t" at <eq .n "3">: error calling eq: incompatible types for comparison
            {{ lt .n 3.5 }}~template: t:1:3: executing "t" at <lt .n 3.5>: error calling lt: incompatible types for comparison
            {{ lt true false }}~template: t:1:3: executing "t" at <lt true false>: error calling lt: invalid type for comparison
            {{ eq .n }}~template: t:1:3: executing "t" at <eq .n>: error calling eq: missing argument for comparison
            {{ fail "so it is" }}~template: t:1:3: executing "t" at <fail "so it is">: error calling fail: so it is
            {{ upper .n }}~template: t:1:9: executing "t" at <.n>: wrong type for value; expected string; got int
            {{ upper }}~template: t:1:3: executing "t" at <upper>: wrong number of args for upper: want 1 got 0
            {{ add 1 }}~template: t:1:3: executing "t" at <add>: wrong number of args for add: want 2 got 1
            {{ add 1 2 3 }}~template: t:1:3: executing "t" at <add>: wrong number of args for add: want 2 got 3
            {{ not }}~template: t:1:3: executing "t" at <not>: wrong number of args for not: want 1 got 0
            {{ range .name }}{{ end }}~template: t:1:9: executing "t" at <.name>: range can't iterate over web
            {{ range .yes }}{{ end }}~template: t:1:9: executing "t" at <.yes>: range can't iterate over true
            {{ template "none" }}~template: t:1:12: executing "t" at <{{template "none"}}>: template "none" not defined
            {{ 1 | .name }}~template: t:1:7: executing "t" at <.name>: name is not a method but has arguments
            {{ .name 1 }}~template: t:1:3: executing "t" at <.name>: name is not a method but has arguments
            {{ define "x" }}{{ .a.b }}{{ end }}{{ template "x" .name }}~template: t:1:21: executing "x" at <.a.b>: can't evaluate field a in type string
            {{ 9223372036854775808 }}~template: t:1:3: executing "t" at <9223372036854775808>: 9223372036854775808 overflows int
            {{ nil }}~template: t:1:3: executing "t" at <nil>: nil is not a command
            {{ $x = 1 }}~template: t:1:8: executing "t" at <1>: undefined variable: $x
            """)
    void failsInGosWords(String template, String message) {
        assertThatThrownBy(() -> run(template))
                .isInstanceOf(TemplateException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '\u00a7', textBlock = """
            {{ .name~t:1: unclosed action
            {{ /* never ends }}~t:1: unexpected "/" in command
            {{/* never ends }}~t:1: unclosed comment
            {{/* ends early */ x}}~t:1: comment ends before closing delimiter
            {{ "open }}~t:1: unterminated quoted string
            {{ `open }}~t:1: unterminated raw quoted string
            {{ 'open }}~t:1: unterminated character constant
            {{ 'ab' }}~t:1: malformed character constant: 'ab'
            {{ (1 }}~t:1: unclosed left paren
            {{ 1) }}~t:1: unexpected right paren
            {{ 1x }}~t:1: bad number syntax: "1x"
            {{ + }}~t:1: bad number syntax: "+"
            {{ 0b12 }}~t:1: bad number syntax: "0b12"
            {{ .a.1 }}~t:1: unexpected ".1" in operand
            {{ x }}~t:1: function "x" not defined
            {{ $x }}~t:1: undefined variable "$x"
            {{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}~t:1: undefined variable "$x"
            {{ if }}a{{ end }}~t:1: missing value for if
            {{ }}~t:1: missing value for command
            {{ range }}a{{ end }}~t:1: missing value for range
            {{ with }}a{{ end }}~t:1: missing value for with
            {{ if .x }}a~t:1: unexpected EOF
            {{ end }}~t:1: unexpected {{end}}
            {{ else }}~t:1: unexpected {{else}}
            {{ if .x }}a{{ else }}b{{ else }}c{{ end }}~t:1: expected end; found {{else}}
            {{ range .x }}a{{ else if .y }}b{{ end }}~t:1: unexpected <if> in else
            {{ break }}~t:1: {{break}} outside {{range}}
            {{ continue }}~t:1: {{continue}} outside {{range}}
            {{ range .x }}{{ define "d" }}{{ end }}{{ end }}~t:1: unexpected <define> in command
            {{ range .x }}{{ block "b" . }}{{ break }}{{ end }}{{ end }}~t:1: {{break}} outside {{range}}
            {{ define }}a{{ end }}~t:1: unexpected "}}" in define clause
            {{ define "a" . }}a{{ end }}~t:1: unexpected <.> in define clause
            {{ template }}~t:1: unexpected "}}" in template clause
            {{ template .x }}~t:1: unexpected ".x" in template clause
            {{ 1 | 2 }}~t:1: non executable command in pipeline stage 2
            {{ .x | nil }}~t:1: non executable command in pipeline stage 2
            {{ | .x }}~t:1: unexpected "|" in command
            {{ range $a, $b, $c := .x }}{{ end }}~t:1: too many declarations in range
            {{ range $a, b := .x }}{{ end }}~t:1: range can only initialize variables
            {{ $a, $b := .x }}~t:1: too many declarations in command
            {{ if $a, $b := .x }}{{ end }}~t:1: too many declarations in if
            {{ "\\z" }}~t:1: invalid syntax
            {{ 1:2 }}~t:1: expected :=
            {{ .x ! }}~t:1: unexpected "!" in operand
            {{ € }}~t:1: unrecognized character in action: U+20AC '€'
            {{ define "a" }}1{{ end }}{{ define "a" }}2{{ end }}~t:1: template: multiple definition of template "a"
            """)
    void isRefusedInGosWords(String template, String message) {
        assertThatThrownBy(() -> run(template))
                .isInstanceOf(TemplateException.class)
                .hasMessage("template: " + message);
    }

    @Test
    void anErrorNamesItsLineAndColumnInBytes() {
        assertThatThrownBy(() -> run("a\n\u00e9 {{ .name.x }}"))
                .hasMessage(
                        "template: t:2:11: executing \"t\" at <.name.x>: can't evaluate field x in type interface {}");
        assertThatThrownBy(() -> run("a\n\nb {{ nope }}")).hasMessage("template: t:3: function \"nope\" not defined");
    }

    @Test
    void theLastDefinitionOfSeveralTextsCountsButNoEmptyOne() {
        Template templates = new Template(FUNCTIONS);
        templates.parse("a", "{{ define \"x\" }}1{{ end }}");
        templates.parse("b", "{{ define \"x\" }}2{{ end }}");
        templates.parse("c", "{{ define \"x\" }}  {{ end }}{{ template \"x\" }}");
        assertThat(templates.execute("c", Map.of(), Budget.ofOneChart())).isEqualTo("2");
        assertThat(templates.has("x")).isTrue();
        assertThat(templates.has("y")).isFalse();
        assertThatThrownBy(() -> templates.execute("y", Map.of(), Budget.ofOneChart()))
                .hasMessage("template: no template \"y\" associated with template \"gotpl\"");
    }

    @Test
    void otherFunctionsSeeTheSameTemplatesAndKeepTheirOwn() {
        Template templates = new Template(FUNCTIONS);
        templates.parse("shared", "{{ define \"s\" }}{{ upper \"s\" }}{{ end }}");
        Template other = templates.with(Map.of("upper", Function.of(in -> "<" + in.string(0) + ">", Kind.STRING)));
        other.parse("own", "{{ template \"s\" }}");
        assertThat(other.execute("own", Map.of(), Budget.ofOneChart())).isEqualTo("<s>");
        assertThat(templates.has("own")).isFalse();
    }

    @Test
    void nothingRunsForEver() {
        assertThatThrownBy(() -> run("{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}"))
                .hasMessageEndingWith("exceeded maximum template depth (1000)");
        assertThatThrownBy(() -> run("{{ range 1000000000 }}{{ end }}"))
                .hasMessageContaining("takes too long: a chart may not make that many steps");
        assertThatThrownBy(() -> run("{{ range 100000 }}" + "x".repeat(100) + "{{ end }}"))
                .hasMessageContaining("makes a text of more than 4194304 letters");
        assertThatThrownBy(() -> run("{{ " + "(".repeat(300) + "1" + ")".repeat(300) + " }}"))
                .hasMessage("template: t:1: nests deeper than 200");
        assertThatThrownBy(() -> run("{{ if true }}".repeat(300) + "{{ end }}".repeat(300)))
                .hasMessage("template: t:1: nests deeper than 200");
    }

    /** Whatever is written, it is rendered or refused as a template: nothing else is thrown, and nothing hangs. */
    @Test
    void anyTextIsRenderedOrRefused() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        List<String> parts = List.of(
                "{{",
                "}}",
                "{{- ",
                " -}}",
                "if",
                "else",
                "end",
                "range",
                "with",
                "define",
                "template",
                "block",
                "break",
                "continue",
                "nil",
                "true",
                ".",
                ".name",
                ".list",
                ".map.k",
                "$x",
                "$x :=",
                "$x =",
                "$",
                ",",
                "|",
                "(",
                ")",
                "\"s\"",
                "`r`",
                "'c'",
                "1",
                "-2",
                "1.5",
                "0x1f",
                "upper",
                "add",
                "list",
                "printf",
                "eq",
                "and",
                "index",
                " ",
                " ",
                " ",
                "\n",
                "text",
                "/*",
                "*/",
                "\u00e9",
                "\ud83d\ude00",
                "\ud83d",
                "%",
                "\\");
        int rendered = 0;
        for (int i = 0; i < 30_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n >= 0; n--) {
                text.append(parts.get(random.nextInt(parts.size())));
                if (random.nextInt(3) == 0) {
                    text.append(' ');
                }
            }
            try {
                run(text.toString());
                rendered++;
            } catch (TemplateException refused) {
                assertThat(refused.getMessage()).as(text.toString()).startsWith("template: t:");
            }
        }
        assertThat(rendered).isPositive();
    }

    /** Random programs beside a model that does not know the language: what they write is computed while they are made. */
    @Test
    void programsDoWhatTheirMakerExpects() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("-Dseed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            Made made = new Made(random);
            made.body(4);
            assertThat(run(made.text.toString())).as(made.text.toString()).isEqualTo(made.want.toString());
        }
    }

    /** A program under construction, with what it will write and what its variable holds. */
    private static final class Made {
        private final Random random;
        private final StringBuilder text = new StringBuilder("{{ $v := 0 }}");
        private final StringBuilder want = new StringBuilder();
        private long value;

        Made(Random random) {
            this.random = random;
        }

        void body(int depth) {
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                statement(depth);
            }
        }

        private void statement(int depth) {
            int kind = depth == 0 ? random.nextInt(3) : random.nextInt(7);
            switch (kind) {
                case 0 -> {
                    text.append("w");
                    want.append("w");
                }
                case 1 -> {
                    text.append("{{ $v }},");
                    want.append(value).append(',');
                }
                case 2 -> {
                    int more = random.nextInt(5);
                    text.append("{{ $v = add $v ").append(more).append(" }}");
                    value += more;
                }
                case 3 -> choice(depth);
                case 4 -> {
                    // A variable of the same name inside hides the outer one, and is gone at the end.
                    int hidden = random.nextInt(100);
                    text.append("{{ with ")
                            .append(hidden + 1)
                            .append(" }}{{ $v := ")
                            .append(hidden)
                            .append(" }}");
                    long outer = value;
                    value = hidden;
                    body(depth - 1);
                    text.append("{{ end }}");
                    value = outer;
                }
                case 5 -> {
                    int times = random.nextInt(4);
                    text.append("{{ range ")
                            .append(times)
                            .append(" }}{{ $v = add $v . }}[{{ . }}]{{ else }}none{{ end }}");
                    for (int i = 0; i < times; i++) {
                        value += i;
                        want.append('[').append(i).append(']');
                    }
                    want.append(times == 0 ? "none" : "");
                }
                default -> {
                    text.append("  {{- /* trims */ -}}  ");
                    trimEnd(want);
                }
            }
        }

        private void choice(int depth) {
            long than = random.nextInt(10);
            boolean holds = value < than;
            text.append("{{ if lt $v ").append(than).append(" }}");
            branch(depth, holds);
            text.append("{{ else }}");
            branch(depth, !holds);
            text.append("{{ end }}");
        }

        /** Of a branch that is not taken nothing is seen. */
        private void branch(int depth, boolean taken) {
            int length = want.length();
            long before = value;
            body(depth - 1);
            if (!taken) {
                want.setLength(length);
                value = before;
            }
        }

        private static void trimEnd(StringBuilder out) {
            // No statement writes a space.
            assertThat(out.toString()).isEqualTo(out.toString().stripTrailing());
        }
    }
}
