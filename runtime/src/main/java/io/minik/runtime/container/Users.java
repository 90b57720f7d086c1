package io.minik.runtime.container;

import io.minik.runtime.RuntimeFault;
import io.minik.runtime.container.Containers.User;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Looks a user up in the image's passwd and group. @param home of passwd, {@code /} if it has none */
record Users(long uid, long gid, List<Long> groups, String home) {
    /** Ids are 32 bits, and the highest means "unchanged" to setresuid. */
    private static final long MAX_ID = 0xfffffffeL;

    /** NGROUPS_MAX. */
    private static final int MAX_GROUPS = 65_536;

    private record Passwd(String name, long uid, long gid, String home) {}

    private record Group(String name, long gid, List<String> members) {}

    /** A name's own group counts before the one of passwd, and a group that is asked for before both. */
    static Users of(RootView root, User asked) {
        String user = asked.name();
        int colon = user.indexOf(':');
        String userPart = colon < 0 ? user : user.substring(0, colon);
        String groupPart = colon < 0 ? "" : user.substring(colon + 1);
        List<Passwd> passwd = passwd(root);
        List<Group> groups = groups(root);

        Optional<Long> number = id("user", userPart.isEmpty() ? "0" : userPart);
        Optional<Passwd> entry = passwd.stream()
                .filter(p ->
                        number.isPresent() ? p.uid() == number.get() : p.name().equals(userPart))
                .findFirst();
        if (number.isEmpty() && entry.isEmpty()) {
            throw invalid("unable to find user " + userPart + ": no matching entries in passwd file");
        }
        long uid = number.orElseGet(() -> entry.orElseThrow().uid());
        long gid = entry.map(Passwd::gid).orElse(0L);
        if (!groupPart.isEmpty()) {
            gid = gid(groups, groupPart);
        }
        if (asked.group() >= 0) {
            gid = asked.group();
        }
        return new Users(
                uid,
                gid,
                supplementary(asked.strictGroups() ? List.of() : groups, entry, gid, asked.supplementalGroups()),
                entry.map(Passwd::home).orElse("/"));
    }

    /** The group itself (a file may be closed to it on purpose), those that the file gives the user, and the asked-for ones. */
    private static List<Long> supplementary(List<Group> groups, Optional<Passwd> user, long gid, List<Long> asked) {
        Set<Long> all = new LinkedHashSet<>(List.of(gid));
        user.ifPresent(
                u -> groups.stream().filter(g -> g.members().contains(u.name())).forEach(g -> all.add(g.gid())));
        all.addAll(asked);
        if (all.size() > MAX_GROUPS) {
            throw invalid("the user is in " + all.size() + " groups, the kernel takes " + MAX_GROUPS);
        }
        return List.copyOf(all);
    }

    private static long gid(List<Group> groups, String group) {
        return id("group", group).orElseGet(() -> groups.stream()
                .filter(g -> g.name().equals(group))
                .findFirst()
                .map(Group::gid)
                .orElseThrow(() -> invalid("unable to find group " + group + ": no matching entries in group file")));
    }

    private static RuntimeFault invalid(String message) {
        return new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "user", message, 0);
    }

    /** Digits are a number, never a name: an image could give such a name to root. */
    private static Optional<Long> id(String kind, String text) {
        Optional<Long> number = number(text);
        if (number.isEmpty() && text.chars().allMatch(Character::isDigit)) {
            throw invalid("unable to find " + kind + " " + text + ": ids go from 0 to " + MAX_ID);
        }
        return number;
    }

    private static Optional<Long> number(String text) {
        if (!text.matches("[0-9]{1,10}") || Long.parseLong(text) > MAX_ID) {
            return Optional.empty();
        }
        return Optional.of(Long.parseLong(text));
    }

    private static List<Passwd> passwd(RootView root) {
        List<Passwd> entries = new ArrayList<>();
        for (String line : root.lines("/etc/passwd")) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 6) {
                Optional<Long> uid = number(fields[2]);
                Optional<Long> gid = number(fields[3]);
                if (uid.isPresent() && gid.isPresent()) {
                    String home = fields[5].isEmpty() ? "/" : fields[5];
                    entries.add(new Passwd(fields[0], uid.get(), gid.get(), home));
                }
            }
        }
        return entries;
    }

    private static List<Group> groups(RootView root) {
        List<Group> entries = new ArrayList<>();
        for (String line : root.lines("/etc/group")) {
            String[] fields = line.split(":", -1);
            if (fields.length >= 3 && number(fields[2]).isPresent()) {
                List<String> members = fields.length > 3 ? List.of(fields[3].split(",")) : List.of();
                entries.add(new Group(fields[0], number(fields[2]).get(), members));
            }
        }
        return entries;
    }
}
