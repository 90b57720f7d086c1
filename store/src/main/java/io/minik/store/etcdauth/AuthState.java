package io.minik.store.etcdauth;

import io.minik.store.Bytes;
import io.minik.store.etcdauth.AuthRefusal.Why;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Who there is and who may what, at one revision of its own. Each change gives another one, or refuses as etcd does.
 *
 * @param users by name; @param roles by name
 */
public record AuthState(boolean enabled, long revision, SortedMap<String, User> users, SortedMap<String, Role> roles) {
    public static final String ROOT = "root";

    /** What a new etcd has: nobody, and access without a name. */
    static final AuthState NONE = new AuthState(false, 1, new TreeMap<>(), new TreeMap<>());

    /** Each costs memory for ever, and is written with every change. */
    private static final int MOST = 10_000;

    /** @param hash bcrypt's, empty if there is no password; @param roles sorted */
    public record User(String name, String hash, boolean noPassword, List<String> roles) {
        boolean isRoot() {
            return roles.contains(ROOT);
        }
    }

    /** @param permissions sorted by key */
    public record Role(String name, List<Permission> permissions) {}

    public AuthState {
        users = Collections.unmodifiableSortedMap(users);
        roles = Collections.unmodifiableSortedMap(roles);
    }

    // ---- who may what ----

    /** @param user null: nobody said who it is. @throws AuthRefusal */
    public void checkAdmin(@Nullable String user) {
        if (!enabled) {
            return;
        }
        User known = known(user);
        if (!known.isRoot()) {
            throw new AuthRefusal(Why.PERMISSION_DENIED);
        }
    }

    public void checkRead(@Nullable String user, Bytes key, Bytes end) {
        check(user, key, end, false);
    }

    public void checkWrite(@Nullable String user, Bytes key, Bytes end) {
        check(user, key, end, true);
    }

    private void check(@Nullable String user, Bytes key, Bytes end, boolean writes) {
        if (!enabled) {
            return;
        }
        User known = known(user);
        if (known.isRoot()) {
            return;
        }
        List<Interval> granted = known.roles().stream()
                .flatMap(role -> roles.containsKey(role) ? roles.get(role).permissions().stream() : null)
                .filter(permission -> writes ? permission.writes() : permission.reads())
                .map(permission -> Interval.of(permission.key(), permission.end()))
                .toList();
        if (!Interval.of(key, end).isWithin(granted)) {
            throw new AuthRefusal(Why.PERMISSION_DENIED);
        }
    }

    private User known(@Nullable String user) {
        if (user == null) {
            throw new AuthRefusal(Why.USER_EMPTY);
        }
        User known = users.get(user);
        if (known == null) {
            throw new AuthRefusal(Why.PERMISSION_DENIED);
        }
        return known;
    }

    public boolean hasRole(@Nullable String user, String role) {
        User known = user == null ? null : users.get(user);
        return known != null && known.roles().contains(role);
    }

    public User user(String name) {
        User found = users.get(name);
        if (found == null) {
            throw new AuthRefusal(Why.USER_NOT_FOUND);
        }
        return found;
    }

    public Role role(String name) {
        Role found = roles.get(name);
        if (found == null) {
            throw new AuthRefusal(Why.ROLE_NOT_FOUND);
        }
        return found;
    }

    // ---- changes ----

    public AuthState enable() {
        if (enabled) {
            return this;
        }
        if (!users.containsKey(ROOT)) {
            throw new AuthRefusal(Why.ROOT_USER_NOT_EXIST);
        }
        if (!user(ROOT).isRoot()) {
            throw new AuthRefusal(Why.ROOT_ROLE_NOT_EXIST);
        }
        return new AuthState(true, revision, users, roles);
    }

    public AuthState disable() {
        return enabled ? new AuthState(false, revision + 1, users, roles) : this;
    }

    /** Before its password is hashed, which costs more. */
    public void checkNewUser(String name) {
        if (name.isEmpty()) {
            throw new AuthRefusal(Why.USER_EMPTY);
        }
        if (users.containsKey(name)) {
            throw new AuthRefusal(Why.USER_ALREADY_EXIST);
        }
        if (users.size() >= MOST) {
            throw new AuthRefusal(Why.TOO_MANY);
        }
    }

    public AuthState addUser(String name, String hash, boolean noPassword) {
        checkNewUser(name);
        return with(new User(name, hash, noPassword, List.of()));
    }

    public AuthState deleteUser(String name) {
        checkMayGo(name);
        user(name);
        TreeMap<String, User> left = new TreeMap<>(users);
        left.remove(name);
        return new AuthState(enabled, revision + 1, left, roles);
    }

    private void checkMayGo(String name) {
        if (enabled && name.equals(ROOT)) {
            throw new AuthRefusal(Why.INVALID_AUTH_MGMT);
        }
    }

    public AuthState changePassword(String name, String hash) {
        User user = user(name);
        return with(new User(name, user.noPassword() ? "" : hash, user.noPassword(), user.roles()));
    }

    public AuthState grantRole(String name, String role) {
        User user = user(name);
        if (!role.equals(ROOT)) {
            role(role);
        }
        return user.roles().contains(role)
                ? this
                : withRoles(user, had -> {
                    had.add(role);
                    had.sort(null);
                    return had;
                });
    }

    public AuthState revokeRole(String name, String role) {
        if (role.equals(ROOT)) {
            checkMayGo(name);
        }
        User user = user(name);
        if (!user.roles().contains(role)) {
            throw new AuthRefusal(Why.ROLE_NOT_GRANTED);
        }
        return withRoles(user, had -> {
            had.remove(role);
            return had;
        });
    }

    private AuthState withRoles(User user, UnaryOperator<List<String>> change) {
        List<String> changed = change.apply(new ArrayList<>(user.roles()));
        return with(new User(user.name(), user.hash(), user.noPassword(), List.copyOf(changed)));
    }

    private AuthState with(User user) {
        TreeMap<String, User> changed = new TreeMap<>(users);
        changed.put(user.name(), user);
        return new AuthState(enabled, revision + 1, changed, roles);
    }

    public AuthState addRole(String name) {
        if (name.isEmpty()) {
            throw new AuthRefusal(Why.ROLE_EMPTY);
        }
        if (roles.containsKey(name)) {
            throw new AuthRefusal(Why.ROLE_ALREADY_EXIST);
        }
        if (roles.size() >= MOST) {
            throw new AuthRefusal(Why.TOO_MANY);
        }
        return with(new Role(name, List.of()));
    }

    /** Nobody has it any more. */
    public AuthState deleteRole(String name) {
        checkMayGo(name);
        role(name);
        TreeMap<String, Role> left = new TreeMap<>(roles);
        left.remove(name);
        TreeMap<String, User> changed = new TreeMap<>(users);
        changed.replaceAll((user, had) -> new User(
                user,
                had.hash(),
                had.noPassword(),
                had.roles().stream().filter(role -> !role.equals(name)).toList()));
        return new AuthState(enabled, revision + 1, changed, left);
    }

    public AuthState grantPermission(String name, Permission permission) {
        if (!permission.isValid()) {
            throw new AuthRefusal(Why.INVALID_AUTH_MGMT);
        }
        Role role = role(name);
        List<Permission> permissions = new ArrayList<>(role.permissions());
        permissions.removeIf(had -> had.isOf(permission.key(), permission.end()));
        if (permissions.size() >= MOST) {
            throw new AuthRefusal(Why.TOO_MANY);
        }
        permissions.add(permission);
        permissions.sort(Comparator.comparing(Permission::key));
        return with(new Role(name, List.copyOf(permissions)));
    }

    public AuthState revokePermission(String name, Bytes key, Bytes end) {
        Role role = role(name);
        List<Permission> left = role.permissions().stream()
                .filter(permission -> !permission.isOf(key, end))
                .toList();
        if (left.size() == role.permissions().size()) {
            throw new AuthRefusal(Why.PERMISSION_NOT_GRANTED);
        }
        return with(new Role(name, left));
    }

    private AuthState with(Role role) {
        Map<String, Role> changed = new TreeMap<>(roles);
        changed.put(role.name(), role);
        return new AuthState(enabled, revision + 1, users, new TreeMap<>(changed));
    }
}
