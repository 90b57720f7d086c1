package io.minik.runtime.oci;

import io.minik.runtime.oci.Bundle.IdMap;
import io.minik.runtime.oci.Bundle.Mount;
import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg;
import io.minik.runtime.tape.DrivenTape;
import io.minik.runtime.tape.Tape;
import io.minik.runtime.tape.TapeSteps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** What the client opens, on numbers that the processes it clones inherit. */
record Descriptors(ClientProcess caller) {
    private static final int F_DUPFD = 0;
    /** Above those that a caller may want to have passed on. */
    private static final int FIRST_PASSED = 300;

    private static final int MOUNT_ATTR_BYTES = 32;
    private static final int AT_RECURSIVE = 0x8000;
    private static final long MOUNT_ATTR_IDMAP = 0x00100000;

    private Kernel kernel() {
        return caller.kernel();
    }

    /** The same under a number that is inherited; the first is closed. */
    int pass(int fd) {
        int passed = (int) Kernel.check(kernel().sys().call(Syscall.FCNTL, fd, F_DUPFD, FIRST_PASSED), "dup", fd);
        kernel().close(fd);
        return passed;
    }

    int open(Path path, int flags) {
        return pass(kernel().open(path, flags, 0));
    }

    /** A copy of the mount that a path names, with all below it if asked for; mounted nowhere yet. */
    int tree(Path path, boolean recursive) {
        try (Arena arena = kernel().sys().arena()) {
            long fd = kernel().sys()
                    .call(
                            Syscall.OPEN_TREE,
                            Kernel.AT_FDCWD,
                            arena.string(path.toString()),
                            FileSystems.openTreeFlags(recursive));
            return pass((int) Kernel.check(fd, "open", path));
        }
    }

    /** @param propagation a plain MS_…, 0 = as it is */
    void attributes(int tree, long set, long clear, long propagation, boolean recursive) {
        attributes(tree, new long[] {set, clear, propagation, 0}, recursive);
    }

    private void attributes(int tree, long[] fields, boolean recursive) {
        try (Arena arena = kernel().sys().arena()) {
            Arena.Block block = arena.allocate(MOUNT_ATTR_BYTES);
            for (int i = 0; i < fields.length; i++) {
                block.bytes().putLong(i * Long.BYTES, fields[i]);
            }
            long flags = Kernel.AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0);
            Kernel.check(
                    kernel().sys()
                            .call(
                                    Syscall.MOUNT_SETATTR,
                                    tree,
                                    arena.string(""),
                                    flags,
                                    block.address(),
                                    MOUNT_ATTR_BYTES),
                    "mount_setattr",
                    "mount");
        }
    }

    /** The source of a bind mount with the attributes that the bundle wants. @param detached from the host's propagation */
    int bind(Mount mount, boolean detached, Bundle bundle) {
        int tree = tree(Path.of(mount.source()), mount.options().recursive());
        MountOptions options = mount.options();
        if (detached) {
            attributes(tree, 0, 0, 1L << 19, true);
        }
        if (options.set() != 0 || options.clear() != 0) {
            attributes(tree, options.set(), withAtime(options.set(), options.clear()), 0, false);
        }
        if (options.setBelow() != 0 || options.clearBelow() != 0) {
            attributes(tree, options.setBelow(), withAtime(options.setBelow(), options.clearBelow()), 0, true);
        }
        idmap(mount, tree, bundle);
        return tree;
    }

    /** How times of access are kept is one field: it is cleared as a whole. */
    private static long withAtime(long set, long clear) {
        return (set & MountOptions.ATIME) != 0 ? clear | MountOptions.ATIME : clear;
    }

    private void idmap(Mount mount, int tree, Bundle bundle) {
        List<IdMap> uids = Bundle.maps(mount.node().path("uidMappings"));
        List<IdMap> gids = Bundle.maps(mount.node().path("gidMappings"));
        if (mount.options().idmap() == MountOptions.Idmap.NONE && uids.isEmpty() && gids.isEmpty()) {
            return;
        }
        if (uids.isEmpty() && gids.isEmpty()) {
            uids = bundle.uidMaps();
            gids = bundle.gidMaps();
        }
        if (uids.isEmpty() || gids.isEmpty()) {
            throw Fields.invalid("idmapped mount " + mount.destination() + " needs uidMappings and gidMappings");
        }
        int namespace = mappedNamespace(uids, gids);
        boolean recursive = mount.options().idmap() == MountOptions.Idmap.RECURSIVE;
        attributes(tree, new long[] {MOUNT_ATTR_IDMAP, 0, 0, namespace}, recursive);
        kernel().close(namespace);
    }

    /** A user namespace with maps, held by a descriptor alone. */
    private int mappedNamespace(List<IdMap> uids, List<IdMap> gids) {
        int[] pipe = kernel().pipe(0);
        Memfd.pass(kernel(), pipe[0], DrivenTape.GATE);
        Memfd.pass(kernel(), pipe[1], DrivenTape.REPORT);
        kernel().close(pipe[1]);
        Tape.Builder tape = Tape.builder();
        tape.add("close", Syscall.CLOSE, Arg.value(DrivenTape.REPORT));
        tape.add("close", Syscall.CLOSE, Arg.value(3));
        tape.add("wait", Syscall.READ, Arg.value(DrivenTape.GATE), Arg.addressOf(tape.slot("nothing")), Arg.value(1));
        tape.add("leave", Syscall.EXIT_GROUP, Arg.value(0));
        int pid = caller.play(tape.build(), TapeSteps.NEWUSER | 17);
        try {
            map(pid, uids, gids);
            return kernel().open(Path.of("/proc", Integer.toString(pid), "ns/user"), Kernel.O_RDONLY, 0);
        } finally {
            kernel().close(DrivenTape.REPORT);
            kernel().close(DrivenTape.GATE);
            kernel().close(pipe[0]);
            HostProcess.reap(caller, pid);
        }
    }

    static void map(int pid, List<IdMap> uids, List<IdMap> gids) {
        Path proc = Path.of("/proc", Integer.toString(pid));
        try {
            Files.write(proc.resolve("uid_map"), lines(uids));
            Files.write(proc.resolve("gid_map"), lines(gids));
        } catch (IOException e) {
            throw Fields.invalid("can't write the maps of the user namespace: " + e.getMessage());
        }
    }

    private static byte[] lines(List<IdMap> maps) {
        return maps.stream()
                .map(m -> m.container() + " " + m.host() + " " + m.size() + "\n")
                .collect(Collectors.joining())
                .getBytes(StandardCharsets.UTF_8);
    }
}
