package io.minik.server.authn;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The users of a token file: lines of {@code token,user,uid,"group,group"}. Immutable. */
public final class StaticTokens {
    public static final StaticTokens NONE = new StaticTokens(List.of());

    private static final int LEAST_COLUMNS = 3;

    private final List<Entry> entries;

    private record Entry(byte[] token, User user) {}

    private StaticTokens(List<Entry> entries) {
        this.entries = List.copyOf(entries);
    }

    /** @throws IllegalArgumentException that says what is wrong in it. @param file as errors name it */
    public static StaticTokens parse(String file, String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            List<String> columns = columns(line.strip());
            if (columns.size() < LEAST_COLUMNS) {
                throw new IllegalArgumentException("token file '" + file
                        + "' must have at least 3 columns (token, user name, user uid), found " + columns.size());
            }
            if (columns.get(0).isEmpty()) {
                continue;
            }
            List<String> groups = new ArrayList<>();
            if (columns.size() > LEAST_COLUMNS && !columns.get(LEAST_COLUMNS).isEmpty()) {
                groups.addAll(List.of(columns.get(LEAST_COLUMNS).split(",")));
            }
            groups.add(User.AUTHENTICATED);
            User user = new User(columns.get(1), columns.get(2), List.copyOf(groups), Map.of());
            entries.add(new Entry(columns.get(0).getBytes(StandardCharsets.UTF_8), user));
        }
        return new StaticTokens(entries);
    }

    private static List<String> columns(String line) {
        List<String> columns = new ArrayList<>();
        StringBuilder column = new StringBuilder();
        boolean quoted = false;
        for (int at = 0; at < line.length(); at++) {
            char letter = line.charAt(at);
            if (letter == '"') {
                quoted = !quoted;
            } else if (letter == ',' && !quoted) {
                columns.add(column.toString().strip());
                column.setLength(0);
            } else {
                column.append(letter);
            }
        }
        columns.add(column.toString().strip());
        return columns;
    }

    /** Takes as long whichever letter of a token is wrong. */
    Optional<User> find(String token) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        byte[] asked = token.getBytes(StandardCharsets.UTF_8);
        Optional<User> found = Optional.empty();
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.token(), asked)) {
                found = Optional.of(entry.user());
            }
        }
        return found;
    }
}
