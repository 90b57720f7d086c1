package io.minik.charts.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.charts.functions.GoYaml;
import io.minik.charts.template.GoValues;
import io.minik.ground.tls.AltNames;
import io.minik.ground.tls.Pem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RenderingTest {
    static final Rendering.Cluster CLUSTER = new Rendering.Cluster(
            "v1.36.4",
            Set.of("v1", "apps/v1", "apps/v1/Deployment", "batch/v1"),
            RenderingTest::lookup,
            InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")),
            new Random(7));

    private static Map<String, @Nullable Object> lookup(String apiVersion, String kind, String namespace, String name) {
        Map<String, @Nullable Object> found = new LinkedHashMap<>();
        if (kind.equals("ConfigMap")) {
            found.put("items", List.of(Map.of("data", "x".repeat(1 << 20))));
        }
        if (kind.equals("Secret") && name.equals("there")) {
            found.put("data", Map.of("password", "c2VjcmV0"));
        }
        return found;
    }

    static Map<String, String> render(String tree, String values) {
        Object given = GoYaml.read(values);
        Chart chart = ChartTree.chart(ChartTree.parse(tree));
        return Rendering.render(
                        chart,
                        given == null ? new LinkedHashMap<>() : GoValues.map(given),
                        new Rendering.ReleaseOf("rel", "ns", 1, true),
                        CLUSTER)
                .files();
    }

    private static String one(String template, String values) {
        return render("=== Chart.yaml\nname: c\nversion: 1.0.0\n=== templates/t.yaml\n" + template, values)
                .getOrDefault("c/templates/t.yaml", "");
    }

    private static final String HEAD = "=== Chart.yaml\napiVersion: v2\nname: c\nversion: 1.2.3\nappVersion: \"4.5\"\n";

    @Test
    void whatIsLookedUpIsPaidForLikeWhatIsMade() {
        String held = "{{ $all := dict }}{{ range $i := until 500 }}"
                + "{{ $_ := set $all (toString $i) (lookup \"v1\" \"ConfigMap\" \"\" \"\") }}{{ end }}{{ len $all }}";
        assertThatThrownBy(() -> one(held, "{}"))
                .hasMessageContaining("takes too much memory: more letters than this server's heap has room for");
        assertThat(one(held.replace("500", "2"), "{}")).isEqualTo("2");
    }

    @Test
    void aTemplateSeesReleaseChartAndCapabilities() {
        Map<String, String> files = render(
                HEAD + "=== templates/t.yaml\n{{ .Release.Name }} {{ .Release.Namespace }} {{ .Release.IsInstall }} "
                        + "{{ .Chart.Name }} {{ .Chart.Version }} {{ .Chart.AppVersion }} {{ .Release.Service }} "
                        + "{{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.KubeVersion }} "
                        + "{{ .Capabilities.APIVersions.Has \"apps/v1\" }} {{ .Capabilities.APIVersions.Has \"x/v1\" }} "
                        + "{{ .Template.Name }} {{ .Template.BasePath }}",
                "");
        assertThat(files)
                .containsEntry(
                        "c/templates/t.yaml",
                        "rel ns true c 1.2.3 4.5 Helm 36 v1.36.4 true false c/templates/t.yaml c/templates");
    }

    @Test
    void whatIsMissingIsEmpty() {
        assertThat(one("[{{ .Values.nothing }}]", "")).isEqualTo("[]");
    }

    @Test
    void nullTakesADefaultAway() {
        Map<String, String> files = render(
                HEAD + "=== values.yaml\na: {x: 1, y: 2}\nb: 1\n=== templates/t.yaml\n{{ toJson .Values }}",
                "a: {x: null}\nb: null\n");
        assertThat(files).containsEntry("c/templates/t.yaml", "{\"a\":{\"y\":2}}");
    }

    @Test
    void tplSeesValuesAndHelpers() {
        Map<String, String> files = render(
                HEAD + "=== templates/_h.tpl\n{{ define \"n\" }}{{ .Release.Name }}-x{{ end }}\n"
                        + "=== templates/t.yaml\n{{ tpl .Values.text . }}",
                "text: '{{ include \"n\" . }}/{{ .Values.other }}'\nother: o\n");
        assertThat(files).containsEntry("c/templates/t.yaml", "rel-x/o");
    }

    @Test
    void requiredAndFailSayWhereAndNothingElse() {
        assertThatThrownBy(() -> one("a\n{{ required \"need a name\" .Values.name }}", ""))
                .hasMessage("execution error at (c/templates/t.yaml:2:3): need a name");
        assertThatThrownBy(() -> one("{{ fail \"no: never\" }}", ""))
                .hasMessage("execution error at (c/templates/t.yaml:1:3): no: never");
    }

    @Test
    void aParseErrorSaysFileAndLine() {
        assertThatThrownBy(() -> one("a\n{{ nope }}", ""))
                .hasMessage("parse error at (c/templates/t.yaml:2): function \"nope\" not defined");
    }

    @Test
    void anErrorInAHelperNamesBothPlaces() {
        assertThatThrownBy(() -> render(
                        HEAD + "=== templates/_h.tpl\n{{ define \"n\" }}{{ .a.b.c }}{{ end }}\n"
                                + "=== templates/t.yaml\nx: {{ include \"n\" .Values }}",
                        "a: {}"))
                .hasMessage(
                        "template: c/templates/t.yaml:1:6: executing \"c/templates/t.yaml\" at <include \"n\" .Values>: "
                                + "error calling include: template: c/templates/_h.tpl:1:21: executing \"n\" at <.a.b.c>: "
                                + "nil pointer evaluating interface {}.c");
    }

    @Test
    void subchartsGetTheirValuesAndGlobals() {
        Map<String, String> files = render(
                HEAD + "dependencies:\n- {name: sub, version: 1.x, condition: sub.enabled}\n"
                        + "- {name: more, version: \"*\", tags: [extra]}\n"
                        + "- {name: sub, version: 1.x, alias: second}\n"
                        + "=== values.yaml\nglobal: {env: prod}\nsub: {enabled: true, port: 81}\ntags: {extra: false}\n"
                        + "=== charts/sub/Chart.yaml\nname: sub\nversion: 1.1.0\n=== charts/sub/values.yaml\nport: 80\n"
                        + "=== charts/sub/templates/s.yaml\n{{ .Values.port }} {{ .Values.global.env }} {{ .Chart.Name }}\n"
                        + "=== charts/more/Chart.yaml\nname: more\nversion: 2.0.0\n"
                        + "=== charts/more/templates/s.yaml\nnever\n",
                "second: {port: 99}");
        assertThat(files)
                .containsOnly(
                        Map.entry("c/charts/sub/templates/s.yaml", "81 prod sub\n"),
                        Map.entry("c/charts/second/templates/s.yaml", "99 prod second\n"));
    }

    @Test
    void importedValuesStandBelowTheParentsOwn() {
        Map<String, String> files = render(
                HEAD
                        + "dependencies:\n- {name: sub, version: 1.0.0, import-values: [data, {child: deep.a, parent: at}]}\n"
                        + "=== values.yaml\nkept: mine\n"
                        + "=== charts/sub/Chart.yaml\nname: sub\nversion: 1.0.0\n"
                        + "=== charts/sub/values.yaml\nexports: {data: {kept: theirs, came: yes1}}\ndeep: {a: {b: 1}}\n"
                        + "=== templates/t.yaml\n{{ .Values.kept }} {{ .Values.came }} {{ .Values.at.b }}",
                "");
        assertThat(files).containsEntry("c/templates/t.yaml", "mine yes1 1");
    }

    @Test
    void aMissingDependencyIsAnError() {
        assertThatThrownBy(() -> render(HEAD + "dependencies:\n- {name: gone, version: 1.0.0}\n", ""))
                .hasMessage("found in Chart.yaml, but missing in charts/ directory: gone");
    }

    @Test
    void aLibraryGivesHelpersAndRendersNothing() {
        Map<String, String> files = render(
                HEAD + "dependencies:\n- {name: lib, version: 1.0.0}\n"
                        + "=== charts/lib/Chart.yaml\nname: lib\nversion: 1.0.0\ntype: library\n"
                        + "=== charts/lib/templates/_l.tpl\n{{ define \"l\" }}from lib{{ end }}\n"
                        + "=== charts/lib/templates/x.yaml\nnever\n=== templates/t.yaml\n{{ include \"l\" . }}",
                "");
        assertThat(files).containsOnly(Map.entry("c/templates/t.yaml", "from lib"));
        assertThatThrownBy(() -> render("=== Chart.yaml\nname: l\nversion: 1.0.0\ntype: library\n", ""))
                .hasMessage("library charts are not installable");
    }

    @Test
    void filesAreReadGlobbedAndMade() {
        Map<String, String> files = render(
                HEAD + "=== conf/a.txt\none\ntwo\n=== conf/b.ini\nx=1\n=== secret/k\ns\n=== .helmignore\nsecret/\n"
                        + "=== templates/t.yaml\n{{ .Files.Get \"conf/a.txt\" | quote }}\n{{ (.Files.Glob \"conf/*\").AsConfig }}\n"
                        + "{{ (.Files.Glob \"conf/*.ini\").AsSecrets }}\n{{ range .Files.Lines \"conf/a.txt\" }}<{{ . }}>{{ end }}\n"
                        + "{{ range $p, $_ := .Files.Glob \"**\" }}{{ $p }};{{ end }}{{ .Files.Get \"nope\" }}",
                "");
        assertThat(files)
                .containsEntry(
                        "c/templates/t.yaml",
                        "\"one\\ntwo\\n\"\na.txt: |\n  one\n  two\nb.ini: |\n  x=1\nb.ini: eD0xCg==\n<one><two>\n"
                                + ".helmignore;conf/a.txt;conf/b.ini;");
    }

    @Test
    void lookupAsksTheCluster() {
        assertThat(one("{{ (lookup \"v1\" \"Secret\" \"ns\" \"there\").data.password | b64dec }}", ""))
                .isEqualTo("secret");
        assertThat(one("{{ if lookup \"v1\" \"Secret\" \"ns\" \"gone\" }}a{{ else }}b{{ end }}", ""))
                .isEqualTo("b");
    }

    @Test
    void valuesAreHeldAgainstTheSchema() {
        String tree = HEAD
                + "=== values.schema.json\n{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":"
                + "\"string\",\"minLength\":2},\"n\":{\"$ref\":\"#/definitions/small\"}},\"definitions\":{\"small\":{\"type\":"
                + "\"integer\",\"maximum\":3}}}\n=== templates/t.yaml\nok\n";
        assertThat(render(tree, "name: ab\nn: 3\n")).hasSize(1);
        assertThatThrownBy(() -> render(tree, "n: 4\n"))
                .hasMessage("values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n"
                        + "- (root): name is required\n- n: Must be less than or equal to 3");
        assertThatThrownBy(() -> render(tree, "name: 5\n"))
                .hasMessageEndingWith("- name: Invalid type. Expected: string, given: integer");
    }

    @Test
    void aSchemaThatPointsElsewhereIsNotFollowed() {
        assertThatThrownBy(() -> render(
                        HEAD + "=== values.schema.json\n{\"$ref\":\"file:///etc/passwd\"}\n=== templates/t.yaml\nx\n",
                        ""))
                .hasMessageContaining("leads out of the file");
    }

    @Test
    void theKubernetesVersionThatAChartWantsIsChecked() {
        assertThatThrownBy(() -> render(HEAD + "kubeVersion: \"<1.20\"\n", ""))
                .hasMessage("chart requires kubeVersion: <1.20 which is incompatible with Kubernetes v1.36.4");
        assertThat(render(HEAD + "kubeVersion: \">=1.20.0-0\"\n=== templates/t.yaml\nx\n", ""))
                .hasSize(1);
    }

    @Test
    void nothingThatAChartSaysIsEndless() {
        for (String template : new String[] {
            "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}",
            "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
            "{{ define \"r\" }}{{ tpl \"{{ include \\\"r\\\" . }}\" . }}{{ end }}{{ include \"r\" . }}",
            "{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}",
            "{{ range 9000000000000 }}{{ end }}",
            "{{ repeat 2000000000 \"x\" }}",
            "{{ until 2000000000 }}",
            "{{ untilStep 0 2000000000 1 }}",
            "{{ printf \"%1000000d%1000000d%1000000d%1000000d%1000000d\" 1 2 3 4 5 }}",
            "{{ $x := \"xxxxxxxxxxxxxxxx\" }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}",
            "{{ $x := list 1 }}{{ range until 40 }}{{ $x = concat $x $x }}{{ end }}",
            "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
            "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}",
            "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}",
            "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ $y := deepCopy $x }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toYaml $d }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toToml $d }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $e := dict }}{{ $_ := set $e \"d\" $e }}{{ deepEqual $d $e }}",
            "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $e := dict }}{{ $_ := set $e \"d\" $e }}{{ merge $d $e }}",
            "{{ replace \"\" (repeat 100000 \"x\") (repeat 100000 \"y\") }}",
            "{{ indent 2000000000 \"a\\nb\" }}",
            "{{ regexReplaceAll \"\" (repeat 100000 \"x\") (repeat 1000 \"y\") }}",
            "{{ randAlphaNum 2000000000 }}",
            "{{ seq 0 2000000000 }}",
            "{{ wrapWith 1 (repeat 100000 \"n\") (repeat 10000 \"a \") }}",
            "{{ range until 1000 }}{{ htpasswd \"a\" \"b\" }}{{ end }}",
            "{{ range until 100000 }}{{ genCA \"x\" 1 }}{{ end }}",
            "{{ range until 100000 }}{{ lookup \"v1\" \"Pod\" \"\" \"\" }}{{ end }}",
            "{{ regexMatch \"(((a{30}){30}){30}){30}\" \"a\" | ternary (fail \"x\") (fail \"y\") }}",
        }) {
            assertThatThrownBy(() -> one(template, ""), template).isInstanceOf(ChartException.class);
        }
    }

    @Test
    void deepParenthesesAndBlocksAreRefused() {
        assertThatThrownBy(() -> one("{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}", ""))
                .isInstanceOf(ChartException.class);
        assertThatThrownBy(() -> one("{{ if 1 }}".repeat(5000) + "{{ end }}".repeat(5000), ""))
                .isInstanceOf(ChartException.class);
        assertThatThrownBy(() -> one("{{ if 0 }}{{ else if 1 }}" + "{{ else if 1 }}".repeat(5000) + "{{ end }}", ""))
                .isInstanceOf(ChartException.class);
    }

    @Test
    void certificatesAreGoodOnes() {
        String made = one(
                "{{ $ca := genCA \"my-ca\" 365 }}{{ $c := genSignedCert \"web\" (list \"10.0.0.1\") (list \"web.ns.svc\") 30 $ca }}"
                        + "{{ $ca.Cert }}{{ $c.Cert }}{{ $c.Key }}{{ (genSelfSignedCert \"s\" nil (list \"s.ns\") 1).Cert }}",
                "");
        var certificates = Pem.certificates(made);
        assertThat(certificates).hasSize(3);
        assertThat(certificates.get(1).getIssuerX500Principal())
                .isEqualTo(certificates.get(0).getSubjectX500Principal());
        assertThat(AltNames.of(certificates.get(1)).dns()).containsExactly("web.ns.svc");
        assertThat(made).contains("BEGIN EC PRIVATE KEY");
    }

    @Test
    void htpasswdIsBcrypt() {
        assertThat(one("{{ htpasswd \"u\" \"p\" }}", "")).matches("u:\\$2a\\$10\\$[./A-Za-z0-9]{53}");
    }
}
