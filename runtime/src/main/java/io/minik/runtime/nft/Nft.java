package io.minik.runtime.nft;

import io.minik.runtime.HostTool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The nft program. Blocking, with a deadline that covers all of it.
 *
 * @param program its path, or its name where it is looked for
 */
public record Nft(String program) {
    /** A transaction takes milliseconds; another's large one may hold the kernel's lock for seconds. */
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** The nft that the machine has. */
    public static Nft ofHost() {
        return new Nft(HostTool.find("nft").map(Path::toString).orElse("nft"));
    }

    /** One atomic transaction. @throws IOException with nft's words */
    public void apply(String script) throws IOException {
        HostTool.run(List.of(program, "-f", "-"), script, LIMIT);
    }

    /** @return what {@code nft list} says of that. @throws HostTool.Refused if it is not there */
    public String list(String... what) throws IOException {
        return run("list", List.of(what));
    }

    /** The same with the handles by which rules are deleted. */
    public String listWithHandles(List<String> what) throws IOException {
        List<String> words = new ArrayList<>(List.of("list"));
        words.addAll(what);
        return run("-a", words);
    }

    private String run(String first, List<String> more) throws IOException {
        List<String> command = new ArrayList<>(List.of(program, first));
        command.addAll(more);
        return HostTool.run(command, "", LIMIT);
    }

    /** Words that take a table away, whether it is there or not: for a script. */
    public static String dropped(String family, String table) {
        return "table " + family + " " + table + "\ndelete table " + family + " " + table + "\n";
    }

    /** The same for a table of ours: also of the family that it had in earlier versions. */
    public static String dropped(String table) {
        return dropped("inet", table) + dropped("ip", table);
    }
}
