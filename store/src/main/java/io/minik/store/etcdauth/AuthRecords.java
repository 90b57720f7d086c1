package io.minik.store.etcdauth;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.minik.ground.tls.SecretFile;
import io.minik.store.Bytes;
import io.minik.store.bbolt.DamagedFile;
import io.minik.store.etcdapi.proto.AuthForms;
import io.minik.store.etcdapi.proto.StoredForms;
import io.minik.store.etcdauth.AuthState.Role;
import io.minik.store.etcdauth.AuthState.User;
import io.minik.store.etcdfile.SnapshotFile;
import io.minik.store.etcdfile.Table;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A state as bytes: our own file, and etcd's buckets. */
public final class AuthRecords {
    public static final String FILE = "AUTH";

    private static final byte[] ENABLED = ascii("authEnabled");
    private static final byte[] REVISION = ascii("authRevision");

    private AuthRecords() {}

    static String text(AuthState state) {
        StoredForms.AuthRecord.Builder record =
                StoredForms.AuthRecord.newBuilder().setEnabled(state.enabled()).setRevision(state.revision());
        state.users().values().forEach(user -> record.addUsers(form(user)));
        state.roles().values().forEach(role -> record.addRoles(form(role)));
        return Base64.getEncoder().encodeToString(record.build().toByteArray()) + "\n";
    }

    /** @throws IllegalArgumentException if it is not what was written */
    static AuthState parse(String text) {
        try {
            StoredForms.AuthRecord record =
                    StoredForms.AuthRecord.parseFrom(Base64.getDecoder().decode(text.strip()));
            return state(record.getEnabled(), record.getRevision(), record.getUsersList(), record.getRolesList());
        } catch (InvalidProtocolBufferException damaged) {
            throw new IllegalArgumentException("it is damaged", damaged);
        }
    }

    private static AuthState state(
            boolean enabled, long revision, List<AuthForms.User> users, List<AuthForms.Role> roles) {
        TreeMap<String, User> named = new TreeMap<>();
        users.forEach(user -> named.put(user.getName().toStringUtf8(), user(user)));
        TreeMap<String, Role> granted = new TreeMap<>();
        roles.forEach(role -> granted.put(role.getName().toStringUtf8(), role(role)));
        return new AuthState(enabled, Math.max(1, revision), named, granted);
    }

    private static AuthForms.User form(User user) {
        return AuthForms.User.newBuilder()
                .setName(ByteString.copyFromUtf8(user.name()))
                .setPassword(ByteString.copyFromUtf8(user.hash()))
                .addAllRoles(user.roles())
                .setOptions(AuthForms.UserAddOptions.newBuilder().setNoPassword(user.noPassword()))
                .build();
    }

    private static User user(AuthForms.User form) {
        return new User(
                form.getName().toStringUtf8(),
                form.getPassword().toStringUtf8(),
                form.getOptions().getNoPassword(),
                form.getRolesList().stream().sorted().toList());
    }

    private static AuthForms.Role form(Role role) {
        AuthForms.Role.Builder builder = AuthForms.Role.newBuilder().setName(ByteString.copyFromUtf8(role.name()));
        role.permissions().forEach(permission -> builder.addKeyPermission(form(permission)));
        return builder.build();
    }

    public static AuthForms.Permission form(Permission permission) {
        return AuthForms.Permission.newBuilder()
                .setPermType(
                        !permission.writes()
                                ? AuthForms.Permission.Type.READ
                                : permission.reads()
                                        ? AuthForms.Permission.Type.READWRITE
                                        : AuthForms.Permission.Type.WRITE)
                .setKey(ByteString.copyFrom(permission.key().array()))
                .setRangeEnd(ByteString.copyFrom(permission.end().array()))
                .build();
    }

    private static Role role(AuthForms.Role form) {
        return new Role(
                form.getName().toStringUtf8(),
                form.getKeyPermissionList().stream()
                        .map(AuthRecords::permission)
                        .toList());
    }

    public static Permission permission(AuthForms.Permission form) {
        return new Permission(
                form.getPermType() == AuthForms.Permission.Type.READ
                        || form.getPermType() == AuthForms.Permission.Type.READWRITE,
                form.getPermType() == AuthForms.Permission.Type.WRITE
                        || form.getPermType() == AuthForms.Permission.Type.READWRITE,
                Bytes.of(form.getKey().toByteArray()),
                Bytes.of(form.getRangeEnd().toByteArray()));
    }

    /** What a snapshot has of the users and roles of the store in a directory: nothing where nobody was ever named. Blocking. */
    public static List<Table> tables(Path directory) {
        return SecretFile.read(directory.resolve(FILE))
                .map(AuthRecords::parse)
                .map(AuthRecords::tables)
                .orElse(List.of());
    }

    private static List<Table> tables(AuthState state) {
        TreeMap<byte[], byte[]> auth = new TreeMap<>(Arrays::compareUnsigned);
        auth.put(ENABLED, new byte[] {(byte) (state.enabled() ? 1 : 0)});
        auth.put(
                REVISION,
                ByteBuffer.allocate(Long.BYTES).putLong(state.revision()).array());
        TreeMap<byte[], byte[]> users = new TreeMap<>(Arrays::compareUnsigned);
        state.users()
                .values()
                .forEach(user -> users.put(utf8(user.name()), form(user).toByteArray()));
        TreeMap<byte[], byte[]> roles = new TreeMap<>(Arrays::compareUnsigned);
        state.roles()
                .values()
                .forEach(role -> roles.put(utf8(role.name()), form(role).toByteArray()));
        return List.of(new Table("auth", auth), new Table("authUsers", users), new Table("authRoles", roles));
    }

    /** What is written beside a store that is made of a snapshot; empty where nobody was ever named. */
    public static Optional<String> of(SnapshotFile snapshot) throws IOException {
        StoredForms.AuthRecord.Builder record = StoredForms.AuthRecord.newBuilder();
        try {
            snapshot.forEachRow("authUsers", value -> record.addUsers(AuthForms.User.parseFrom(value)));
            snapshot.forEachRow("authRoles", value -> record.addRoles(AuthForms.Role.parseFrom(value)));
        } catch (InvalidProtocolBufferException unreadable) {
            throw new DamagedFile("its users and roles can't be read");
        }
        if (record.getUsersCount() == 0 && record.getRolesCount() == 0) {
            return Optional.empty();
        }
        boolean enabled = snapshot.row("auth", ENABLED)
                .filter(flag -> Arrays.equals(flag, new byte[] {1}))
                .isPresent();
        long revision = snapshot.row("auth", REVISION)
                .filter(number -> number.length == Long.BYTES)
                .map(number -> ByteBuffer.wrap(number).getLong())
                .orElse(1L);
        return Optional.of(text(state(enabled, revision, record.getUsersList(), record.getRolesList())));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
