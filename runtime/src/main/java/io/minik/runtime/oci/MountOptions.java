package io.minik.runtime.oci;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the options of a mount mean: attributes of the mount, of all below it, propagation, and what is the file system's.
 *
 * @param set, clear numbers of mount_setattr(2), those of {@code ro}, {@code nosuid} and the like
 * @param setBelow, clearBelow the same for the whole tree: {@code rro} and the like
 * @param propagation MS_… with MS_REC, in order
 * @param data the file system's own, an empty value is a flag
 */
record MountOptions(
        long set,
        long clear,
        long setBelow,
        long clearBelow,
        List<Long> propagation,
        Map<String, String> data,
        boolean bind,
        boolean recursive,
        boolean copyUp,
        Idmap idmap) {
    /** Whether the mount's owners are mapped, and those of mounts below it. */
    enum Idmap {
        NONE,
        MOUNT,
        RECURSIVE
    }

    static final long RDONLY = 1;
    static final long NOSUID = 2;
    static final long NODEV = 4;
    static final long NOEXEC = 8;
    static final long ATIME = 0x70;
    static final long NOATIME = 0x10;
    static final long STRICTATIME = 0x20;
    static final long NODIRATIME = 0x80;
    static final long NOSYMFOLLOW = 0x200000;
    static final long REC = 16384;

    private record Flag(long set, long clear) {}

    private static final Map<String, Flag> FLAGS = Map.ofEntries(
            Map.entry("ro", new Flag(RDONLY, 0)),
            Map.entry("rw", new Flag(0, RDONLY)),
            Map.entry("nosuid", new Flag(NOSUID, 0)),
            Map.entry("suid", new Flag(0, NOSUID)),
            Map.entry("nodev", new Flag(NODEV, 0)),
            Map.entry("dev", new Flag(0, NODEV)),
            Map.entry("noexec", new Flag(NOEXEC, 0)),
            Map.entry("exec", new Flag(0, NOEXEC)),
            Map.entry("relatime", new Flag(0, ATIME)),
            Map.entry("norelatime", new Flag(STRICTATIME, ATIME)),
            Map.entry("noatime", new Flag(NOATIME, ATIME)),
            Map.entry("atime", new Flag(0, ATIME)),
            Map.entry("strictatime", new Flag(STRICTATIME, ATIME)),
            Map.entry("nostrictatime", new Flag(0, ATIME)),
            Map.entry("nodiratime", new Flag(NODIRATIME, 0)),
            Map.entry("diratime", new Flag(0, NODIRATIME)),
            Map.entry("nosymfollow", new Flag(NOSYMFOLLOW, 0)),
            Map.entry("symfollow", new Flag(0, NOSYMFOLLOW)));

    private static final Map<String, Long> PROPAGATION = Map.of(
            "private", 1L << 18,
            "slave", 1L << 19,
            "shared", 1L << 20,
            "unbindable", 1L << 17);

    /** Of the file system as a whole; fsconfig takes them by name. */
    private static final List<String> SUPERBLOCK = List.of("sync", "dirsync", "lazytime", "mand");

    /** Without effect on Linux' file systems as containers get them, or the default. */
    private static final List<String> NOTHING =
            List.of("defaults", "async", "nolazytime", "nomand", "loud", "silent", "iversion", "noiversion", "remount");

    static MountOptions of(List<String> options) {
        Parser parser = new Parser();
        options.forEach(parser::add);
        return new MountOptions(
                parser.set,
                parser.clear,
                parser.setBelow,
                parser.clearBelow,
                List.copyOf(parser.propagation),
                parser.data,
                parser.bind,
                parser.recursive,
                parser.copyUp,
                parser.idmap);
    }

    private static final class Parser {
        private long set;
        private long clear;
        private long setBelow;
        private long clearBelow;
        private final List<Long> propagation = new ArrayList<>();
        private final Map<String, String> data = new LinkedHashMap<>();
        private boolean bind;
        private boolean recursive;
        private boolean copyUp;
        private Idmap idmap = Idmap.NONE;

        void add(String option) {
            Flag flag = FLAGS.get(option);
            Flag below = option.startsWith("r") ? FLAGS.get(option.substring(1)) : null;
            if (flag != null) {
                set = (set & ~flag.clear() & ~(atime(flag) ? ATIME : 0)) | flag.set();
                clear = (clear & ~flag.set()) | flag.clear();
            } else if (below != null) {
                setBelow = (setBelow & ~below.clear()) | below.set();
                clearBelow = (clearBelow & ~below.set()) | below.clear();
            } else if (PROPAGATION.containsKey(option)) {
                propagation.add(PROPAGATION.get(option));
            } else if (option.startsWith("r") && PROPAGATION.containsKey(option.substring(1))) {
                propagation.add(PROPAGATION.get(option.substring(1)) | REC);
            } else {
                special(option);
            }
        }

        private static boolean atime(Flag flag) {
            return (flag.clear() & ATIME) != 0;
        }

        private void special(String option) {
            switch (option) {
                case "bind" -> bind = true;
                case "rbind" -> {
                    bind = true;
                    recursive = true;
                }
                case "tmpcopyup" -> copyUp = true;
                case "idmap" -> idmap = Idmap.MOUNT;
                case "ridmap" -> idmap = Idmap.RECURSIVE;
                default -> other(option);
            }
        }

        private void other(String option) {
            if (NOTHING.contains(option) || option.isEmpty()) {
                return;
            }
            int equals = option.indexOf('=');
            if (SUPERBLOCK.contains(option) || equals < 0) {
                data.put(option, "");
            } else {
                data.put(option.substring(0, equals), option.substring(equals + 1));
            }
        }
    }

    /** A name as in runtime-spec's rootfsPropagation. */
    static long propagation(String name) {
        Long plain = PROPAGATION.get(name);
        if (plain != null) {
            return plain;
        }
        Long below = name.startsWith("r") ? PROPAGATION.get(name.substring(1)) : null;
        if (below == null) {
            throw Fields.invalid("rootfsPropagation=" + name + " is not supported");
        }
        return below | REC;
    }

    /** For {@code features}. */
    static List<String> names() {
        List<String> names = new ArrayList<>(FLAGS.keySet());
        FLAGS.keySet().forEach(name -> names.add("r" + name));
        PROPAGATION.keySet().forEach(name -> names.addAll(List.of(name, "r" + name)));
        names.addAll(SUPERBLOCK);
        names.addAll(NOTHING);
        names.addAll(List.of("bind", "rbind", "tmpcopyup", "idmap", "ridmap"));
        return names.stream().distinct().sorted().toList();
    }
}
