package io.minik.charts.template;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A parsed template. Its text is as Go prints it in errors. */
sealed interface Syntax {
    /** Where in the template's text. */
    int at();

    static List<String> joined(List<String> first, List<String> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    record Many(int at, List<Syntax> nodes) implements Syntax {
        @Override
        public String toString() {
            return nodes.stream().map(Syntax::toString).collect(Collectors.joining());
        }
    }

    record Text(int at, String text) implements Syntax {
        @Override
        public String toString() {
            return text;
        }
    }

    record Action(int at, Pipe pipe) implements Syntax {
        @Override
        public String toString() {
            return "{{" + pipe + "}}";
        }
    }

    /** @param assigns {@code =}, not {@code :=} */
    record Pipe(int at, boolean assigns, List<Variable> declared, List<Command> commands) implements Syntax {
        @Override
        public String toString() {
            String names = declared.stream().map(Variable::toString).collect(Collectors.joining(", "));
            String all = commands.stream().map(Command::toString).collect(Collectors.joining(" | "));
            return names.isEmpty() ? all : names + (assigns ? " = " : " := ") + all;
        }
    }

    record Command(int at, List<Syntax> words) implements Syntax {
        @Override
        public String toString() {
            return words.stream()
                    .map(word -> word instanceof Pipe ? "(" + word + ")" : word.toString())
                    .collect(Collectors.joining(" "));
        }
    }

    record Name(int at, String name) implements Syntax {
        @Override
        public String toString() {
            return name;
        }
    }

    /** {@code $x.a.b}: the first of its names is the variable's, with its dollar. */
    record Variable(int at, List<String> names) implements Syntax {
        @Override
        public String toString() {
            return String.join(".", names);
        }
    }

    record Fields(int at, List<String> names) implements Syntax {
        @Override
        public String toString() {
            return "." + String.join(".", names);
        }
    }

    /** Fields of what is no field: {@code (f x).a.b}. */
    record Chain(int at, Syntax node, List<String> names) implements Syntax {
        @Override
        public String toString() {
            String of = node instanceof Pipe ? "(" + node + ")" : node.toString();
            return of + "." + String.join(".", names);
        }
    }

    record Dot(int at) implements Syntax {
        @Override
        public String toString() {
            return ".";
        }
    }

    record Nil(int at) implements Syntax {
        @Override
        public String toString() {
            return "nil";
        }
    }

    record Bool(int at, boolean value) implements Syntax {
        @Override
        public String toString() {
            return String.valueOf(value);
        }
    }

    /** @param value a Long, a Double, or absent where an int can't hold it */
    record Num(int at, String text, @Nullable Object value, boolean isInt) implements Syntax {
        @Override
        public String toString() {
            return text;
        }
    }

    record Str(int at, String quoted, String text) implements Syntax {
        @Override
        public String toString() {
            return quoted;
        }
    }

    /** if, range, with. */
    record Branch(
            int at,
            String keyword,
            Pipe pipe,
            Many body,
            @Nullable Many otherwise) implements Syntax {
        @Override
        public String toString() {
            String end = otherwise == null ? "{{end}}" : "{{else}}" + otherwise + "{{end}}";
            return "{{" + keyword + " " + pipe + "}}" + body + end;
        }
    }

    record Call(int at, String name, @Nullable Pipe pipe) implements Syntax {
        @Override
        public String toString() {
            return "{{template " + Quoted.of(name) + (pipe == null ? "" : " " + pipe) + "}}";
        }
    }

    /** break, continue. */
    record Leave(int at, String keyword) implements Syntax {
        @Override
        public String toString() {
            return "{{" + keyword + "}}";
        }
    }
}
