package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scripts for shells, tried by the shells. */
class CompletionTest {
    private static final Completion COMPLETION = new Completion(Main.line());

    @TempDir
    Path folder;

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                      | server agent kubectl",
                "ser                     | server",
                "server --cluster-d      | --cluster-dns --cluster-domain",
                "token cr                | create",
                "token create --us       | --usages",
                "token --config x create --gr | --groups",
            })
    void bashOffersWhatThereIs(String typed, String offered) throws Exception {
        Path script = Files.writeString(folder.resolve("minik.bash"), COMPLETION.bash());
        String words = "minik " + typed;
        String said = run(
                "bash",
                "-ec",
                ". " + script + "; COMP_WORDS=(" + words + (typed.isEmpty() ? "''" : "") + "); "
                        + "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _minik; echo \" ${COMPREPLY[*]} \"");
        for (String word : offered.split(" ")) {
            assertThat(said).contains(" " + word + " ");
        }
        assertThat(said).doesNotContain("--exit-when-ready");
    }

    @Test
    void bashOffersFilesBehindOptionsThatNameThem() throws Exception {
        Path script = Files.writeString(folder.resolve("minik.bash"), COMPLETION.bash());
        Files.writeString(folder.resolve("my-config.yaml"), "");
        assertThat(run(
                        "bash",
                        "-ec",
                        "cd " + folder + "; . " + script
                                + "; COMP_WORDS=(minik server --config my-); COMP_CWORD=3; _minik;"
                                + " echo \"${COMPREPLY[*]}\""))
                .isEqualTo("my-config.yaml\n");
    }

    @Test
    void shellsThatAreHereReadTheirs() throws Exception {
        for (String shell : List.of("zsh", "fish")) {
            Path script = Files.writeString(
                    folder.resolve("minik." + shell), shell.equals("zsh") ? COMPLETION.zsh() : COMPLETION.fish());
            boolean here = Files.isExecutable(Path.of("/usr/bin", shell));
            assumeTrue(here, shell + " is not on this machine");
            run(shell, "-n", script.toString());
        }
    }

    @Test
    void zshOffersTheSame() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")), "zsh is not on this machine");
        Path script = Files.writeString(folder.resolve("minik.zsh"), COMPLETION.zsh());
        String begin =
                "compdef() { true; }; _files() { print FILES; }; compadd() { print -r -- \"$@\"; }; source " + script;
        assertThat(run("zsh", "-fc", begin + "; words=(minik token --config x create --us); CURRENT=6; _minik"))
                .startsWith("-- ")
                .contains(" --usages ")
                .doesNotContain(" --cluster-dns ");
        assertThat(run("zsh", "-fc", begin + "; words=(minik server --config ''); CURRENT=4; _minik"))
                .isEqualTo("FILES\n");
    }

    @Test
    void fishHasALineForEachWord() {
        assertThat(COMPLETION.fish().lines())
                .contains(
                        "complete -c minik -n '__fish_use_subcommand' -a 'token' -d 'Manage the tokens that agents join with.'",
                        "complete -c minik -n '__fish_seen_subcommand_from token; and not __fish_seen_subcommand_from"
                                + " create delete generate list rotate' -a 'list' -d 'List bootstrap tokens on the server'")
                .anyMatch(line -> line.startsWith(
                        "complete -c minik -n '__fish_seen_subcommand_from server' -s c -l config" + " -r -F -d "))
                .allMatch(line -> line.startsWith("#") || line.startsWith("complete -c minik "));
    }
}
