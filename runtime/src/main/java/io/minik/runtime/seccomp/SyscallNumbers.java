package io.minik.runtime.seccomp;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Names and numbers of all system calls, from {@code syscalls.tsv}. */
final class SyscallNumbers {
    enum Table {
        X86_64,
        I386,
        X32,
        AARCH64
    }

    private final Map<Table, Map<String, Integer>> tables = new EnumMap<>(Table.class);

    private SyscallNumbers(String text) {
        for (Table table : Table.values()) {
            tables.put(table, new HashMap<>());
        }
        for (String line : text.split("\n")) {
            if (line.startsWith("#")) {
                continue;
            }
            String[] fields = line.split("\t");
            int column = 1;
            for (Table table : Table.values()) {
                String number = fields[column++];
                if (!number.equals("-")) {
                    of(table).put(fields[0], Integer.parseInt(number));
                }
            }
        }
    }

    static SyscallNumbers load() {
        return new SyscallNumbers(resource("syscalls.tsv"));
    }

    static String resource(String name) {
        try (InputStream in = Objects.requireNonNull(SyscallNumbers.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Integer> of(Table table) {
        return Objects.requireNonNull(tables.get(table));
    }

    Optional<Integer> find(String name, Table table) {
        return Optional.ofNullable(of(table).get(name));
    }

    Collection<Integer> all(Table table) {
        return of(table).values();
    }
}
