package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/security.md names tests for what it promises: they must be there. */
class SecurityPageTest {
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)(?:\\.(\\w+))?`");
    private static final Pattern SCENARIO = Pattern.compile("`(inttest/[\\w/]+\\.sh)`");

    @Test
    void everyTestThatThePageNamesExists() throws IOException {
        Path root = Tree.root();
        String page = Files.readString(root.resolve("docs/security.md"));
        Map<String, String> sources = tests(root);
        Matcher test = TEST.matcher(page);
        int named = 0;
        while (test.find()) {
            named++;
            assertThat(sources).containsKey(test.group(1));
            if (test.group(2) != null) {
                assertThat(sources.get(test.group(1))).contains(" " + test.group(2) + "(");
            }
        }
        assertThat(named).isGreaterThan(40);
        Matcher scenario = SCENARIO.matcher(page);
        while (scenario.find()) {
            assertThat(root.resolve(scenario.group(1))).isRegularFile();
        }
    }

    private static Map<String, String> tests(Path root) throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : Tree.MODULES) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/test/java"))) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith("Test.java")).toList()) {
                    sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        return sources;
    }
}
