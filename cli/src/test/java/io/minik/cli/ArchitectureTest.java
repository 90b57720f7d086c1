package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.minik.api.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the code against docs/rooms.txt: who may use whom. */
class ArchitectureTest {
    private static final String ROOT = "io.minik.";

    private static Map<String, Set<String>> allowed = Map.of();
    private static JavaClasses classes;
    /** By room and used room: one place where it is used. */
    private static Map<String, Map<String, String>> used = Map.of();

    @BeforeAll
    static void read() throws IOException {
        allowed = rooms(Files.readAllLines(Tree.root().resolve("docs/rooms.txt")));
        classes = new ClassFileImporter()
                .importPaths(Tree.MODULES.stream()
                        .map(module -> Tree.root().resolve(module).resolve("target/classes"))
                        .filter(Files::isDirectory)
                        .toList());
        used = used();
    }

    @Test
    void everyRoomIsListedAndEveryListedRoomExists() {
        Set<String> present = new TreeSet<>();
        classes.forEach(type -> present.add(room(type)));
        assertThat(present).isEqualTo(new TreeSet<>(allowed.keySet()));
    }

    /** Sorted and without doubles, two changes of the house merge by themselves, and either side of an edge can be searched for. */
    @Test
    void theEdgesStandOneALineAndSorted() throws IOException {
        List<String> edges = Files.readAllLines(Tree.root().resolve("docs/rooms.txt")).stream()
                .filter(line -> !line.startsWith("#"))
                .toList();
        assertThat(edges).isEqualTo(List.copyOf(new TreeSet<>(edges)));
        assertThat(edges).allMatch(edge -> edge.matches("[a-z0-9.]+ ->(?: [a-z0-9.]+)?"));
    }

    @Test
    void roomsUseOnlyWhatRoomsTxtAllows() {
        Map<String, String> violations = new TreeMap<>();
        used.forEach((from, targets) -> targets.forEach((to, why) -> {
            if (!allowed.getOrDefault(from, Set.of()).contains(to)) {
                violations.put(from + " -> " + to, why);
            }
        }));
        assertThat(violations).isEmpty();
    }

    @Test
    void everyAllowedEdgeIsUsed() {
        Set<String> stale = new TreeSet<>();
        allowed.forEach((from, targets) -> targets.stream()
                .filter(to -> !used.getOrDefault(from, Map.of()).containsKey(to))
                .forEach(to -> stale.add(from + " -> " + to)));
        assertThat(stale).isEmpty();
    }

    @Test
    void theAllowedEdgesHaveNoCircle() {
        for (String start : allowed.keySet()) {
            Deque<String> open = new ArrayDeque<>(allowed.get(start));
            Set<String> seen = new HashSet<>();
            while (!open.isEmpty()) {
                String room = open.pop();
                if (seen.add(room)) {
                    open.addAll(allowed.getOrDefault(room, Set.of()));
                }
            }
            assertThat(seen).as("a circle through %s", start).doesNotContain(start);
        }
    }

    /** Whoever reads a name in a log, a stack or a talk should not have to ask which of them is meant. */
    @Test
    void noTwoTypesHaveOneName() {
        Map<String, Set<String>> rooms = new TreeMap<>();
        for (JavaClass type : classes) {
            if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info") && !isGenerated(type)) {
                rooms.computeIfAbsent(type.getSimpleName(), name -> new TreeSet<>())
                        .add(room(type));
            }
        }
        rooms.values().removeIf(places -> places.size() == 1);
        assertThat(rooms).isEmpty();
    }

    /** What is special about a kind is said in server.kinds; a custom kind must find the same path as all others. */
    @Test
    void theRegistryNamesNoKind() throws IOException {
        Set<String> words = new TreeSet<>(Set.of("Resources."));
        Schema.load().kinds().forEach(kind -> {
            words.add('"' + kind.resource().plural() + '"');
            words.add('"' + kind.resource().groupResource() + '"');
            words.add('"' + kind.resource().kind() + '"');
        });
        Path room = Tree.root().resolve("server/src/main/java/io/minik/server/registry");
        Map<String, Set<String>> named = new TreeMap<>();
        for (Path source : Tree.sources()) {
            if (source.startsWith(room)) {
                String text = Files.readString(source);
                Set<String> found = new TreeSet<>(words);
                found.removeIf(word -> !text.contains(word));
                if (!found.isEmpty()) {
                    named.put(source.getFileName().toString(), found);
                }
            }
        }
        assertThat(named).isEmpty();
    }

    /** A custom kind and a policy refuse in the same words as Kubernetes' own kinds: these stand in one place. */
    @Test
    void onlyCausesFormsTheWordsOfFieldErrors() throws IOException {
        Pattern words = Pattern.compile("\"[^\"\n]*(?:Required value|Invalid value: |Unsupported value: "
                + "|Duplicate value: |Forbidden: |Not found: |Too long: |Too many: )|\"FieldValue");
        Map<String, String> formed = new TreeMap<>();
        for (Path source : Tree.sources()) {
            Matcher found = words.matcher(Files.readString(source));
            if (!source.endsWith("Causes.java") && found.find()) {
                formed.put(source.toString(), found.group());
            }
        }
        assertThat(formed).isEmpty();
    }

    private static boolean isGenerated(JavaClass type) {
        return type.getPackageName().endsWith(".proto");
    }

    private static Map<String, Map<String, String>> used() {
        Map<String, Map<String, String>> used = new TreeMap<>();
        for (JavaClass type : classes) {
            String from = room(type);
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                String to = room(target);
                if (target.getPackageName().startsWith("io.minik") && !to.equals(from)) {
                    used.computeIfAbsent(from, room -> new TreeMap<>()).putIfAbsent(to, dependency.getDescription());
                }
            }
        }
        return used;
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
            Set<String> targets = rooms.computeIfAbsent(sides[0].trim(), room -> new LinkedHashSet<>());
            if (!sides[1].isBlank()) {
                targets.add(sides[1].trim());
            }
        }
        return rooms;
    }
}
