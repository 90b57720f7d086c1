package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * How much test there is for how much code, by lines, each line counted. Code is {@code src/main/java} of the modules that are shipped.
 * Test is what a person wrote to try them: sources and scripts in their {@code src/test} and in {@code inttest}, and lists of cases
 * that a test reads line by line. What a program wrote (golden answers, taped bytes) and what tests are fed (manifests, JSON) is neither.
 * The room with the least stands first in the table, with the lines that it lacks of the share that the house wants.
 */
class TestShareTest {
    /** The house wants {@link #WANTED}; this is where it stands, and only rises. */
    private static final double LEAST = 0.55;

    private static final double WANTED = 0.55;

    private static final Set<String> WRITTEN = Set.of("java", "sh", "py", "go", "c");
    /** Templates, each tried against Go's and Helm's own engine. */
    private static final Set<String> CASES = Set.of("charts/src/test/goldens/cases.txt");

    private static final int MOST_ROWS = 30;

    private static final class Room {
        private int code;
        private int test;
        private int suites;

        private int lacking() {
            return (int) Math.ceil(code * WANTED) - test;
        }
    }

    private final Map<String, Room> rooms = new TreeMap<>();

    private Room room(Path sources, Path file) {
        return rooms.computeIfAbsent(
                sources.relativize(file.getParent()).toString().replace("io/minik/", ""), unused -> new Room());
    }

    private static List<Path> written(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !Tree.root().relativize(file).toString().contains("/target/"))
                    .filter(TestShareTest::isWritten)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWritten(Path file) {
        String name = file.getFileName().toString();
        return WRITTEN.contains(name.substring(name.lastIndexOf('.') + 1))
                || CASES.contains(Tree.root().relativize(file).toString());
    }

    private static int lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines of test that are no room's: scripts of inttest, and what lies beside the Java of a module's tests. */
    private int count() {
        int common = 0;
        for (String module : Tree.MODULES) {
            Path code = Tree.root().resolve(module).resolve("src/main/java");
            for (Path file : written(code)) {
                room(code, file).code += lines(file);
            }
            Path tests = Tree.root().resolve(module).resolve("src/test");
            Path java = tests.resolve("java");
            for (Path file : written(tests)) {
                if (file.startsWith(java)) {
                    Room room = room(java, file);
                    room.test += lines(file);
                    room.suites += file.toString().endsWith("Test.java") ? 1 : 0;
                } else {
                    common += lines(file);
                }
            }
        }
        for (Path file : written(Tree.root().resolve("inttest"))) {
            common += lines(file);
        }
        return common;
    }

    private String table(int code, int test) {
        List<Map.Entry<String, Room>> worst = new ArrayList<>(rooms.entrySet());
        worst.sort((one, other) ->
                Integer.compare(other.getValue().lacking(), one.getValue().lacking()));
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT, "%d lines of test for %d of code: %.3f%n", test, code, (double) test / code));
        out.append(String.format(Locale.ROOT, "%-40s %6s %6s %7s%n", "room", "code", "test", "lacking"));
        worst.stream()
                .limit(MOST_ROWS)
                .forEach(entry -> out.append(String.format(
                        Locale.ROOT,
                        "%-40s %6d %6d %7d%n",
                        entry.getKey(),
                        entry.getValue().code,
                        entry.getValue().test,
                        entry.getValue().lacking())));
        return out.toString();
    }

    @Test
    void linesOfTestPerLineOfCodeDoNotFall() {
        int test = count();
        int code = 0;
        for (Room room : rooms.values()) {
            code += room.code;
            test += room.test;
        }
        String table = table(code, test);
        System.out.println(table);
        assertThat((double) test / code).as(table).isGreaterThanOrEqualTo(LEAST);
    }

    @Test
    void everyRoomHasTestsOfItsOwn() {
        count();
        Set<String> without = new TreeSet<>();
        rooms.forEach((name, room) -> {
            if (room.code > 0 && room.suites == 0) {
                without.add(name);
            }
        });
        assertThat(without).isEmpty();
    }
}
