package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the code against docs/rooms.txt: who may use whom. */
class ArchitectureTest {
    private static final String ROOT = "io.minik.";

    private static Map<String, Set<String>> allowed = Map.of();
    private static JavaClasses classes;

    @BeforeAll
    static void read() throws IOException {
        allowed = rooms(Files.readAllLines(Tree.root().resolve("docs/rooms.txt")));
        classes = new ClassFileImporter()
                .importPaths(Tree.MODULES.stream()
                        .map(module -> Tree.root().resolve(module).resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .toList());
    }

    @Test
    void everyRoomIsListedAndEveryListedRoomExists() {
        Set<String> present = new TreeSet<>();
        classes.forEach(type -> present.add(room(type)));
        assertThat(present).isEqualTo(new TreeSet<>(allowed.keySet()));
    }

    @Test
    void roomsUseOnlyWhatRoomsTxtAllows() {
        Map<String, String> violations = new TreeMap<>();
        for (JavaClass type : classes) {
            String from = room(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith("io.minik")) {
                    continue;
                }
                String to = room(target);
                if (!to.equals(from) && !mayUse(from, to)) {
                    violations.putIfAbsent(from + " -> " + to, dependency.getDescription());
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    @Test
    void theAllowedEdgesHaveNoCycleBetweenModulesRooms() {
        // api.meta and api.object are two halves of one thing; all others must form no circle.
        for (String start : allowed.keySet()) {
            Deque<String> open = new ArrayDeque<>(expand(start));
            Set<String> seen = new HashSet<>();
            while (!open.isEmpty()) {
                String room = open.pop();
                if (seen.add(room)) {
                    open.addAll(expand(room));
                }
            }
            boolean half = start.equals("api.meta") || start.equals("api.object");
            assertThat(seen.contains(start) && !half)
                    .as("a circle through %s", start)
                    .isFalse();
        }
    }

    private static Set<String> expand(String room) {
        Set<String> reached = new LinkedHashSet<>();
        allowed.keySet().stream()
                .filter(other -> !other.equals(room) && mayUse(room, other))
                .forEach(reached::add);
        return reached;
    }

    private static boolean mayUse(String from, String to) {
        return allowed.getOrDefault(from, Set.of()).stream()
                .anyMatch(rule -> rule.equals(to)
                        || (rule.endsWith(".*")
                                && (to.startsWith(rule.substring(0, rule.length() - 1))
                                        || to.equals(rule.substring(0, rule.length() - 2)))));
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT) ? name.substring(ROOT.length()) : name;
    }

    private static Map<String, Set<String>> rooms(List<String> lines) {
        Map<String, Set<String>> rooms = new LinkedHashMap<>();
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] sides = line.split("->", -1);
            rooms.put(
                    sides[0].trim(), new LinkedHashSet<>(List.of(sides[1].trim().split("\\s+", -1))));
        }
        return rooms;
    }
}
