package io.minik.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The source tree and its compiled classes, for the tests that read them. */
final class Tree {
    static final List<String> MODULES =
            List.of("ground", "api", "charts", "store", "runtime", "server", "agent", "cli");

    private Tree() {}

    /** The folder with the root POM. */
    static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/rooms.txt"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no docs/rooms.txt above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return folder;
    }

    static List<Path> sources() {
        return MODULES.stream()
                .flatMap(module -> walk(root().resolve(module).resolve("src/main/java"), ".java"))
                .toList();
    }

    static List<Path> classes() {
        return MODULES.stream()
                .flatMap(module -> walk(root().resolve(module).resolve("target/classes"), ".class"))
                .toList();
    }

    private static Stream<Path> walk(Path folder, String suffix) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
