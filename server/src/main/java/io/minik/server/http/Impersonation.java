package io.minik.server.http;

import io.minik.api.meta.ApiException;
import io.minik.server.authn.User;
import io.minik.server.request.Target;
import io.vertx.core.MultiMap;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Who somebody asks to be, by the headers Impersonate-User, -Group, -Uid and -Extra-*: each needs a permission of its own. Pure.
 */
record Impersonation(String name, List<String> groups, String uid, Map<String, List<String>> extra) {
    private static final String EXTRA = "impersonate-extra-";
    private static final String GROUP = "authentication.k8s.io";
    private static final int ACCOUNT_PARTS = 4;

    /** Empty if he asks to be nobody else. @throws ApiException if he names all but a user */
    static Optional<Impersonation> of(MultiMap headers) {
        Map<String, List<String>> extra = new LinkedHashMap<>();
        for (Map.Entry<String, String> header : headers) {
            String word = header.getKey().toLowerCase(Locale.ROOT);
            if (word.startsWith(EXTRA)) {
                extra.computeIfAbsent(key(word.substring(EXTRA.length())), unused -> new ArrayList<>())
                        .add(header.getValue());
            }
        }
        String user = headers.get("Impersonate-User");
        String uid = headers.get("Impersonate-Uid");
        Impersonation asked = new Impersonation(
                user == null ? "" : user,
                List.copyOf(headers.getAll("Impersonate-Group")),
                uid == null ? "" : uid,
                extra);
        if (!asked.name.isEmpty()) {
            return Optional.of(asked);
        }
        if (!asked.groups.isEmpty() || !asked.uid.isEmpty() || !extra.isEmpty()) {
            throw ApiException.internal("requested " + asked.groups + " without impersonating a user");
        }
        return Optional.empty();
    }

    /** A header's name can't have all that a key may: the rest is escaped as in URLs. */
    private static String key(String escaped) {
        try {
            return URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return escaped;
        }
    }

    /** The namespace and name of the service account that it is, if it is one. */
    private Optional<String[]> account() {
        String[] parts = name.split(":", -1);
        boolean whole = name.startsWith(User.ACCOUNT)
                && parts.length == ACCOUNT_PARTS
                && !parts[2].isEmpty()
                && !parts[ACCOUNT_PARTS - 1].isEmpty();
        return whole ? Optional.of(parts) : Optional.empty();
    }

    /** What must be allowed to who acts as somebody, in the order in which it is asked. */
    List<Target> wanted() {
        List<Target> wanted = new ArrayList<>();
        wanted.add(account()
                .map(parts -> Target.of("impersonate", "", "serviceaccounts", parts[2], parts[ACCOUNT_PARTS - 1]))
                .orElseGet(() -> Target.of("impersonate", "", "users", "", name)));
        groups.forEach(group -> wanted.add(Target.of("impersonate", "", "groups", "", group)));
        if (!uid.isEmpty()) {
            wanted.add(Target.of("impersonate", GROUP, "uids", "", uid));
        }
        for (Map.Entry<String, List<String>> each : extra.entrySet()) {
            for (String value : each.getValue()) {
                Target any = Target.of("impersonate", GROUP, "userextras", "", value);
                wanted.add(any.part(each.getKey()));
            }
        }
        return wanted;
    }

    /** Whose groups are those that were asked for, and whether he is known: that he need not ask for. */
    User user() {
        List<String> all = new ArrayList<>(groups);
        if (groups.isEmpty()) {
            account().ifPresent(parts -> all.addAll(User.accounts(parts[2])));
        }
        if (!groups.contains(User.AUTHENTICATED) && !groups.contains(User.UNAUTHENTICATED)) {
            all.add(name.equals(User.ANONYMOUS.name()) ? User.UNAUTHENTICATED : User.AUTHENTICATED);
        }
        return new User(name, uid, List.copyOf(all), extra);
    }
}
