package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.tape.Checks;
import io.minik.runtime.tape.Player;

/** Turns a failed entry of a start or exec tape into what people know from other runtimes. */
public final class TapeFailure {
    public static final String EXEC = "exec";
    public static final String LOOKUP = "look up in PATH";
    public static final String CHDIR = "chdir";

    private static final String PREFIX = "unable to start container process: ";

    private TapeFailure() {}

    public static RuntimeFault of(Player.Failure failure, String program, String workingDir) {
        String step = failure.entry().step();
        String error = Errno.text(failure.errno());
        String message =
                switch (step) {
                    case LOOKUP -> "exec: \"" + program + "\": executable file not found in $PATH";
                    case EXEC ->
                        failure.errno() == Errno.ENOENT
                                ? "exec: \"" + program + "\": stat " + program + ": " + error
                                : "exec: \"" + program + "\": " + error;
                    case CHDIR -> "chdir to cwd (\"" + workingDir + "\") failed: " + error;
                    default ->
                        step.startsWith(Checks.REFUSED) ? step.substring(Checks.REFUSED.length()) : step + ": " + error;
                };
        return new RuntimeFault(RuntimeFault.Kind.START, step, PREFIX + message, failure.errno());
    }
}
