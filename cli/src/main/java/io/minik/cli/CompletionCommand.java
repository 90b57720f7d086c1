package io.minik.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code minik completion bash}: a script for that shell. */
@Command(
        name = "completion",
        description = {
            "Print a completion script for a shell: bash, zsh or fish.",
            "bash: source <(minik completion bash), or into /etc/bash_completion.d/minik",
            "zsh:  source <(minik completion zsh)",
            "fish: minik completion fish | source, or into ~/.config/fish/completions/minik.fish"
        },
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Callable<Integer> {
    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    String shell = "";

    @Override
    public Integer call() {
        Completion completion = new Completion(Main.line());
        System.out.print(
                switch (shell) {
                    case "bash" -> completion.bash();
                    case "zsh" -> completion.zsh();
                    case "fish" -> completion.fish();
                    default ->
                        throw new StartFailure("\"" + shell + "\" is no shell that minik knows: bash, zsh, fish");
                });
        return 0;
    }
}
