package io.minik.runtime.tape;

import static io.minik.runtime.tape.Arg.stored;
import static io.minik.runtime.tape.Arg.text;
import static io.minik.runtime.tape.Arg.value;

import io.minik.runtime.sys.Arena;
import io.minik.runtime.sys.Errno;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import io.minik.runtime.tape.Arg.Slot;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Mounts inside a root that somebody else filled. A file system is a descriptor before anybody can see it, its place is
 * a descriptor that openat2 found without magic links, the two are put together without a path, and afterwards the path
 * is looked up anew: what is there must be the very mount.
 *
 * <p>Used after pivot_root: absolute links and {@code ..} then end at the container's root by themselves.
 * RESOLVE_IN_ROOT would do the same, but fails with EAGAIN whenever anybody renames something on this machine.
 */
public final class MountSteps {
    public static final int OPEN_TREE_CLONE = 1;
    public static final int AT_RECURSIVE = 0x8000;
    /** The attributes of a mount have the numbers of mount(2)'s flags. */
    public static final int ATTR_RDONLY = 1;

    public static final int ATTR_NOSUID = 2;
    public static final int ATTR_NODEV = 4;
    public static final int ATTR_NOEXEC = 8;
    public static final int ATTR_STRICTATIME = 0x20;

    /** Files of procfs that may be covered by a mount, as runc lets them: what lxcfs and its like show otherwise. */
    public static final Set<String> COVERABLE_PROC_FILES = Set.of(
            "/proc/cpuinfo",
            "/proc/diskstats",
            "/proc/loadavg",
            "/proc/meminfo",
            "/proc/net/dev",
            "/proc/slabinfo",
            "/proc/stat",
            "/proc/swaps",
            "/proc/sys/crypto/fips_enabled",
            "/proc/sys/kernel/ns_last_pid",
            "/proc/uptime");

    public static final int NO_XDEV = 0x01;
    public static final int NO_MAGICLINKS = 0x02;
    /** No link of any kind; the magic ones are among them. */
    public static final int NO_SYMLINKS = 0x04;

    public static final int IN_ROOT = 0x10;
    public static final int BENEATH = 0x08;

    public static final int MOVE_FROM_EMPTY = 0x04;
    private static final int MOVE_TO_EMPTY = 0x40;
    private static final int FSOPEN_CLOEXEC = 1;
    private static final int FSMOUNT_CLOEXEC = 1;
    private static final int SET_FLAG = 0;
    private static final int SET_STRING = 1;
    private static final int CREATE = 6;
    private static final int OPEN_HOW_BYTES = 24;
    private static final long ATTR_IDMAP = 0x00100000;
    private static final int MOUNT_ATTR_BYTES = 32;
    private static final long REGULAR_FILE = 0x8000;
    private static final int MODE = 0755;
    private static final String SOURCE = "source";

    private final Tape.Builder tape;
    private final Slot root;
    /** For {@link #verify}, of what is found and of what should be. */
    private final Slot is;

    private final Slot should;

    private MountSteps(Tape.Builder tape, Slot root) {
        this.tape = tape;
        this.root = root;
        this.is = tape.slot("is", Checks.STATX_BYTES);
        this.should = tape.slot("should", Checks.STATX_BYTES);
    }

    /** In the root that the tape's process has now. */
    public static MountSteps in(Tape.Builder tape) {
        Slot root = tape.slot("root");
        tape.add(
                        "open the root",
                        Syscall.OPENAT,
                        TapeSteps.CWD,
                        text("/"),
                        value(Kernel.O_PATH | Kernel.O_DIRECTORY | Kernel.O_CLOEXEC),
                        value(0))
                .into(root);
        return new MountSteps(tape, root);
    }

    public Slot root() {
        return root;
    }

    /** A directory below an open one. @param resolve RESOLVE_… of openat2(2) */
    public static Tape.Step open(Tape.Builder tape, String step, Slot base, String path, int resolve, Slot into) {
        return new MountSteps(tape, base).open(step, base, path, true, resolve, into);
    }

    /** A name below an open directory. @param resolve RESOLVE_… of openat2(2) */
    public Tape.Step open(String step, Slot base, String path, boolean directory, int resolve, Slot into) {
        ByteBuffer how = TapeSteps.little(OPEN_HOW_BYTES)
                .putLong(Kernel.O_PATH | Kernel.O_CLOEXEC | (directory ? Kernel.O_DIRECTORY : 0))
                .putLong(0)
                .putLong(resolve);
        return tape.add(
                        step,
                        Syscall.OPENAT2,
                        stored(base),
                        text(path),
                        Arg.bytes("{" + resolve(resolve) + "}", TapeSteps.bytes(how)),
                        value(OPEN_HOW_BYTES))
                .into(into);
    }

    private static String resolve(int flags) {
        StringBuilder out = new StringBuilder("O_PATH");
        out.append((flags & BENEATH) != 0 ? " BENEATH" : "");
        out.append((flags & NO_XDEV) != 0 ? " NO_XDEV" : "");
        out.append((flags & NO_SYMLINKS) != 0 ? " NO_SYMLINKS" : "");
        out.append((flags & NO_MAGICLINKS) != 0 ? " NO_MAGICLINKS" : "");
        out.append((flags & IN_ROOT) != 0 ? " IN_ROOT" : "");
        return out.toString();
    }

    /** A directory right below the root that must be one, not a link: made if it is not there. */
    public Slot requireDirectory(String step, String name) {
        Slot found = tape.slot(name);
        Tape.Label missing = tape.label();
        Tape.Label done = tape.label();
        open(step, root, name, true, NO_SYMLINKS, found).onError(Errno.ENOENT, missing);
        tape.jump(done);
        tape.place(missing);
        makeBelow(step, root, name, found);
        tape.place(done);
        tape.add("go on", Syscall.SCHED_YIELD);
        return found;
    }

    private void makeBelow(String step, Slot parent, String name, Slot into) {
        tape.add(step, Syscall.MKDIRAT, stored(parent), text(name), value(MODE)).ignore(Errno.EEXIST);
        open(step, parent, name, true, BENEATH | NO_SYMLINKS, into);
    }

    /** What an absolute path names inside; what is missing is made, each part below a directory that is open already. */
    public Slot reach(String step, Path path, boolean directory) {
        if (path.getNameCount() == 0) {
            return root;
        }
        Slot found = tape.slot("target");
        Tape.Label missing = tape.label();
        Tape.Label done = tape.label();
        open(step, root, relative(path), directory, NO_MAGICLINKS, found).onError(Errno.ENOENT, missing);
        tape.jump(done);
        tape.place(missing);
        Slot parent = root;
        int directories = directory ? path.getNameCount() : path.getNameCount() - 1;
        for (int i = 1; i <= directories; i++) {
            parent = reachOrMake(step, parent, path.subpath(0, i), i == path.getNameCount() ? found : tape.slot("dir"));
        }
        if (!directory) {
            String name = path.getFileName().toString();
            tape.add(step, Syscall.MKNODAT, stored(parent), text(name), value(REGULAR_FILE | 0644), value(0))
                    .ignore(Errno.EEXIST);
            open(step, parent, name, false, BENEATH | NO_SYMLINKS, found);
        }
        tape.place(done);
        tape.add("go on", Syscall.SCHED_YIELD);
        return found;
    }

    private Slot reachOrMake(String step, Slot parent, Path path, Slot into) {
        Tape.Label missing = tape.label();
        Tape.Label next = tape.label();
        open(step, root, path.toString(), true, NO_MAGICLINKS, into).onError(Errno.ENOENT, missing);
        tape.jump(next);
        tape.place(missing);
        makeBelow(step, parent, path.getFileName().toString(), into);
        tape.place(next);
        return into;
    }

    /** As openat2 takes it below the root. */
    public static String relative(Path path) {
        return path.getNameCount() == 0
                ? "."
                : path.subpath(0, path.getNameCount()).toString();
    }

    /**
     * A new file system that is mounted nowhere yet.
     *
     * @param options an empty value is a flag; {@code source} is what mountinfo shows, the type unless it is given
     */
    public Slot make(String step, String type, Map<String, String> options, int attributes) {
        Slot tree = tape.slot(type);
        make(step, type, options, attributes, tree, Optional.empty());
        return tree;
    }

    /** @param absent where to go on if the kernel says ENOENT */
    public void make(
            String step,
            String type,
            Map<String, String> options,
            int attributes,
            Slot into,
            Optional<Tape.Label> absent) {
        Slot config = tape.slot("fs");
        tape.add(step, Syscall.FSOPEN, text(type), value(FSOPEN_CLOEXEC)).into(config);
        set(step, config, SOURCE, options.getOrDefault(SOURCE, type));
        options.forEach((key, content) -> {
            if (!key.equals(SOURCE)) {
                set(step, config, key, content);
            }
        });
        Tape.Step create =
                tape.add(step, Syscall.FSCONFIG, stored(config), value(CREATE), value(0), value(0), value(0));
        absent.ifPresent(label -> create.onError(Errno.ENOENT, label));
        tape.add(step, Syscall.FSMOUNT, stored(config), value(FSMOUNT_CLOEXEC), value(attributes))
                .into(into);
        tape.add(step, Syscall.CLOSE, stored(config));
    }

    private void set(String step, Slot config, String key, String content) {
        boolean flag = content.isEmpty();
        tape.add(
                step,
                Syscall.FSCONFIG,
                stored(config),
                value(flag ? SET_FLAG : SET_STRING),
                text(key),
                flag ? value(0) : text(content),
                value(0));
    }

    /** A second mount of what a mounted tree shows, mounted nowhere yet. */
    public Slot copy(String step, Slot of, boolean recursive) {
        Slot copy = tape.slot("copy");
        tape.add(
                        step,
                        Syscall.OPEN_TREE,
                        stored(of),
                        text(""),
                        value(OPEN_TREE_CLONE
                                | Kernel.O_CLOEXEC
                                | Kernel.AT_EMPTY_PATH
                                | (recursive ? AT_RECURSIVE : 0)))
                .into(copy);
        return copy;
    }

    /** Before it is in its place, so that nobody ever sees it without. mount_setattr is Linux 5.12. */
    public Tape.Step setAttributes(String step, Slot tree, int attributes, boolean recursive) {
        byte[] set = TapeSteps.bytes(TapeSteps.little(MOUNT_ATTR_BYTES).putLong(attributes));
        return tape.add(
                step,
                Syscall.MOUNT_SETATTR,
                stored(tree),
                text(""),
                value(Kernel.AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0)),
                Arg.bytes("{" + attributes + "}", set),
                value(MOUNT_ATTR_BYTES));
    }

    /**
     * Ids of what is on disk become those that a user namespace maps them to. Linux 5.12, and the file system must know how.
     *
     * @param users descriptor of the namespace
     */
    public static Tape.Step map(Tape.Builder tape, String step, Slot tree, int users) {
        return tape.add(
                step,
                Syscall.MOUNT_SETATTR,
                stored(tree),
                text(""),
                value(Kernel.AT_EMPTY_PATH),
                Arg.bytes("{IDMAP by " + users + "}", mapped(users)),
                value(MOUNT_ATTR_BYTES));
    }

    /** The same of a detached mount of ours. @return 0, or a negative errno */
    public static long map(Kernel kernel, Arena arena, int tree, int users) {
        Arena.Block attributes = arena.allocate(MOUNT_ATTR_BYTES);
        attributes.bytes().put(0, mapped(users));
        return kernel.sys()
                .call(
                        Syscall.MOUNT_SETATTR,
                        tree,
                        arena.string(""),
                        Kernel.AT_EMPTY_PATH,
                        attributes.address(),
                        MOUNT_ATTR_BYTES);
    }

    private static byte[] mapped(int users) {
        return TapeSteps.bytes(TapeSteps.little(MOUNT_ATTR_BYTES)
                .putLong(ATTR_IDMAP)
                .putLong(0)
                .putLong(0)
                .putLong(users));
    }

    /** Puts a tree onto an open place. No path is resolved. */
    public void attach(String step, Slot tree, Slot target) {
        tape.add(
                step,
                Syscall.MOVE_MOUNT,
                stored(tree),
                text(""),
                stored(target),
                text(""),
                value(MOVE_FROM_EMPTY | MOVE_TO_EMPTY));
    }

    /** The path must now lead to that mount: a place that was moved away, or that a link led to, is found out here. */
    public void verify(String step, Path path, Slot tree, int resolve) {
        Slot seen = tape.slot("seen");
        open(step, root, relative(path), false, resolve, seen);
        Checks.statx(tape, step, seen, is);
        Checks.statx(tape, step, tree, should);
        Checks.require(
                tape,
                step + ": another mount is found at " + path,
                is,
                Checks.STATX_MOUNT,
                stored(should, Checks.STATX_MOUNT));
        tape.add("close", Syscall.CLOSE, stored(seen));
    }
}
