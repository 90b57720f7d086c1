package io.minik.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What a shell offers behind {@code minik}: made of the same descriptions of commands that are parsed by. */
final class Completion {
    /** Below a command: its words, those of its options, and which of these are followed by a file. */
    private record Words(String path, List<String> words, List<String> files) {}

    private final List<Words> all = new ArrayList<>();
    private final List<OptionSpec> options = new ArrayList<>();
    private final List<String> optionPaths = new ArrayList<>();
    private final Map<String, String> descriptions = new TreeMap<>();

    Completion(CommandLine line) {
        gather("", line.getCommandSpec());
    }

    private void gather(String path, CommandSpec spec) {
        List<String> words = new ArrayList<>(spec.subcommands().keySet());
        List<String> files = new ArrayList<>();
        for (OptionSpec option : spec.options()) {
            if (option.hidden()) {
                continue;
            }
            options.add(option);
            optionPaths.add(path);
            for (String name : option.names()) {
                words.add(name);
                if (takesFile(option)) {
                    files.add(name);
                }
            }
        }
        all.add(new Words(path, words, files));
        spec.subcommands().forEach((name, line) -> {
            String below = path.isEmpty() ? name : path + " " + name;
            String[] said = line.getCommandSpec().usageMessage().description();
            descriptions.put(below, said.length == 0 ? "" : plain(said[0]));
            gather(below, line.getCommandSpec());
        });
    }

    private static boolean takesFile(OptionSpec option) {
        return option.type() == Path.class || List.of("FILE", "DIR").contains(option.paramLabel());
    }

    private static String plain(String text) {
        return text.replaceAll("['\"`$\\\\]", "");
    }

    String bash() {
        StringBuilder text = new StringBuilder("""
                # bash completion of minik, by: minik completion bash
                _minik() {
                  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} below='' i
                  COMPREPLY=()
                  for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in -*) ;; *) case " $(_minik_words "$below") " in *" ${COMP_WORDS[i]} "*) below="${below:+$below }${COMP_WORDS[i]}" ;; esac ;; esac
                  done
                  case " $(_minik_files "$below") " in *" $before "*) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;; esac
                  mapfile -t COMPREPLY < <(compgen -W "$(_minik_words "$below")" -- "$word")
                }
                """);
        return text.append(tables())
                .append("complete -o filenames -F _minik minik\n")
                .toString();
    }

    /** Functions for any shell: a command's words, and which of them are followed by a file. */
    private String tables() {
        StringBuilder text = new StringBuilder("_minik_words() {\n  case $1 in\n");
        all.forEach(each -> text.append("    '")
                .append(each.path())
                .append("') echo '")
                .append(String.join(" ", each.words()))
                .append("' ;;\n"));
        text.append("  esac\n}\n_minik_files() {\n  case $1 in\n");
        all.stream().filter(each -> !each.files().isEmpty()).forEach(each -> text.append("    '")
                .append(each.path())
                .append("') echo '")
                .append(String.join(" ", each.files()))
                .append("' ;;\n"));
        return text.append("  esac\n}\n").toString();
    }

    String zsh() {
        return """
                #compdef minik
                # zsh completion of minik, by: minik completion zsh
                _minik() {
                  local below='' word i
                  for ((i = 2; i < CURRENT; i++)); do
                    word=$words[i]
                    if [[ $word != -* && " $(_minik_words "$below") " == *" $word "* ]]; then below="${below:+$below }$word"; fi
                  done
                  if [[ " $(_minik_files "$below") " == *" $words[CURRENT-1] "* ]]; then
                    _files
                  else
                    compadd -- ${=$(_minik_words "$below")}
                  fi
                }
                """ + tables() + "compdef _minik minik\n";
    }

    String fish() {
        StringBuilder text =
                new StringBuilder("# fish completion of minik, by: minik completion fish\n" + "complete -c minik -f\n");
        descriptions.forEach((path, said) -> text.append("complete -c minik -n '")
                .append(condition(path.contains(" ") ? path.substring(0, path.lastIndexOf(' ')) : "", true))
                .append("' -a '")
                .append(path.substring(path.lastIndexOf(' ') + 1))
                .append("' -d '")
                .append(said)
                .append("'\n"));
        for (int i = 0; i < options.size(); i++) {
            OptionSpec option = options.get(i);
            text.append("complete -c minik -n '")
                    .append(condition(optionPaths.get(i), false))
                    .append("'");
            for (String name : option.names()) {
                text.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
            }
            if (option.arity().max() > 0) {
                text.append(takesFile(option) ? " -r -F" : " -x");
            }
            String[] said = option.description();
            text.append(" -d '").append(said.length == 0 ? "" : plain(said[0])).append("'\n");
        }
        return text.toString();
    }

    private String condition(String path, boolean forCommands) {
        if (path.isEmpty()) {
            return "__fish_use_subcommand";
        }
        List<String> seen = new ArrayList<>();
        for (String word : path.split(" ")) {
            seen.add("__fish_seen_subcommand_from " + word);
        }
        if (forCommands) {
            List<String> below = descriptions.keySet().stream()
                    .filter(each -> each.startsWith(path + " "))
                    .map(each -> each.substring(path.length() + 1))
                    .toList();
            seen.add("not __fish_seen_subcommand_from " + String.join(" ", below));
        }
        return String.join("; and ", seen);
    }
}
