package io.minik.runtime.oci;

import io.minik.runtime.tape.TapeSteps;
import java.util.Map;
import java.util.Optional;

/** A namespace of a container: new, or one that a path names. */
record Namespace(Kind kind, Optional<String> path) {
    static final long NEWTIME = 0x80;

    /** In the order in which they are joined: the user namespace last, as the caller may enter all others. */
    enum Kind {
        IPC("ipc", "ipc", TapeSteps.NEWIPC),
        UTS("uts", "uts", TapeSteps.NEWUTS),
        NETWORK("network", "net", TapeSteps.NEWNET),
        PID("pid", "pid", TapeSteps.NEWPID),
        CGROUP("cgroup", "cgroup", TapeSteps.NEWCGROUP),
        TIME("time", "time", NEWTIME),
        MOUNT("mount", "mnt", TapeSteps.NEWNS),
        USER("user", "user", TapeSteps.NEWUSER);

        final String spec;
        final String file;
        final long flag;

        Kind(String spec, String file, long flag) {
            this.spec = spec;
            this.file = file;
            this.flag = flag;
        }
    }

    private static final Map<String, Kind> NAMES = Map.of(
            "ipc", Kind.IPC,
            "uts", Kind.UTS,
            "network", Kind.NETWORK,
            "pid", Kind.PID,
            "cgroup", Kind.CGROUP,
            "time", Kind.TIME,
            "mount", Kind.MOUNT,
            "user", Kind.USER);

    static Namespace of(String type, String path) {
        Kind kind = NAMES.get(type);
        if (kind == null) {
            throw Fields.invalid("namespace \"" + type + "\" does not exist");
        }
        return new Namespace(kind, path.isEmpty() ? Optional.empty() : Optional.of(path));
    }
}
