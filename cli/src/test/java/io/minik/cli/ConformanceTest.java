package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/conformance.tsv says of each behaviour that upstream's conformance tests look at which test of ours proves it, or
 * why none does. Here that page is held against upstream's list of behaviours, and each proof against the tree: a check of
 * a scenario ({@code inttest/…: title}) or a test ({@code package.Class#method}).
 */
class ConformanceTest {
    private static final String HEADER = "behaviour\tproof\treason";
    private static final Pattern METHOD = Pattern.compile("(?<type>[a-z0-9.]+\\.[A-Z]\\w+)#(?<method>\\w+)");
    private static final Pattern CHECK = Pattern.compile("(?<file>inttest/[\\w./-]+\\.(sh|java)): (?<title>.+)");

    /** More proofs than one of a behaviour are joined by this. */
    private static final String AND = " + ";

    @Test
    void eachBehaviourHasAProofThatExistsOrAReason() throws IOException {
        List<String> page = Files.readAllLines(Tree.root().resolve("docs/conformance.tsv"));
        assertThat(page.get(0)).isEqualTo(HEADER);
        assertThat(faults(page.subList(1, page.size()), behaviours())).isEmpty();
    }

    @Test
    void whatIsNotThereIsNoProof() throws IOException {
        String check = "inttest/everyday/run.sh: auth whoami";
        String method = "io.minik.cli.ConformanceTest#whatIsNotThereIsNoProof";
        assertThat(faults(List.of("a\t" + check + AND + method + "\t"), Set.of("a")))
                .isEmpty();
        for (String proof : List.of(
                "inttest/everyday/run.sh: auth whoam",
                "inttest/nowhere/run.sh: auth whoami",
                "io.minik.cli.ConformanceTest#whatIsNotThere",
                "io.minik.cli.NoTest#whatIsNotThereIsNoProof",
                "by hand",
                check + AND)) {
            assertThat(faults(List.of("a\t" + proof + "\t"), Set.of("a"))).hasSize(1);
        }
    }

    @Test
    void aBehaviourIsKnownAndIsThereOnce() throws IOException {
        assertThat(faults(List.of("a\t\twhy", "b\t\twhy", "b\t\twhy"), Set.of("a", "c")))
                .containsExactly(
                        "b: no behaviour of upstream's",
                        "b: no behaviour of upstream's",
                        "b: in more than one row",
                        "c: in no row");
        assertThat(faults(List.of("a\t\t", "a\tonly two"), Set.of("a")))
                .contains("a: neither a proof nor a reason", "a: not three columns");
    }

    private static Set<String> behaviours() throws IOException {
        try (InputStream list = ConformanceTest.class.getResourceAsStream("/conformance-behaviours.txt")) {
            assertThat(list).isNotNull();
            return new TreeSet<>(new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
    }

    private static List<String> faults(List<String> rows, Set<String> behaviours) throws IOException {
        List<String> faults = new ArrayList<>();
        Set<String> told = new TreeSet<>();
        for (String row : rows) {
            String[] columns = row.split("\t", -1);
            if (!behaviours.contains(columns[0])) {
                faults.add(columns[0] + ": no behaviour of upstream's");
            }
            if (!told.add(columns[0])) {
                faults.add(columns[0] + ": in more than one row");
            }
            if (columns.length != 3) {
                faults.add(columns[0] + ": not three columns");
                continue;
            }
            if (columns[1].isEmpty() && columns[2].isEmpty()) {
                faults.add(columns[0] + ": neither a proof nor a reason");
            }
            if (!columns[1].isEmpty()) {
                for (String proof : columns[1].split(Pattern.quote(AND), -1)) {
                    if (!exists(proof)) {
                        faults.add(columns[0] + ": no such proof: " + proof);
                    }
                }
            }
        }
        behaviours.stream().filter(known -> !told.contains(known)).forEach(known -> faults.add(known + ": in no row"));
        return faults;
    }

    private static boolean exists(String proof) throws IOException {
        var check = CHECK.matcher(proof);
        if (check.matches()) {
            Path file = Tree.root().resolve(check.group("file"));
            String title = Pattern.quote('"' + check.group("title") + '"');
            String call = check.group("file").endsWith(".sh") ? "\\b(ok|within \\S+) " : "";
            return Files.exists(file)
                    && Pattern.compile(call + title)
                            .matcher(Files.readString(file))
                            .find();
        }
        var test = METHOD.matcher(proof);
        if (!test.matches()) {
            return false;
        }
        String source = "src/test/java/" + test.group("type").replace('.', '/') + ".java";
        Pattern method = Pattern.compile("\\bvoid " + test.group("method") + "\\(");
        for (Path file : Stream.concat(Tree.MODULES.stream(), Stream.of("inttest"))
                .map(module -> Tree.root().resolve(module).resolve(source))
                .filter(Files::exists)
                .toList()) {
            if (method.matcher(Files.readString(file)).find()) {
                return true;
            }
        }
        return false;
    }
}
