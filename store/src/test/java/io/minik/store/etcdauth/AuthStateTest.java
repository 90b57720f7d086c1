package io.minik.store.etcdauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.store.Bytes;
import io.minik.store.etcdauth.AuthRefusal.Why;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may what; that the words are etcd's, inttest/etcd sees. */
class AuthStateTest {
    private static final Bytes OPEN = Bytes.EMPTY.prefixEnd();

    private static Bytes key(String text) {
        return text.equals("*") ? OPEN : Bytes.utf8(text == null ? "" : text);
    }

    private static AuthState users() {
        return AuthState.NONE
                .addUser("root", "h", false)
                .addRole("root")
                .grantRole("root", "root")
                .addUser("ann", "h", false)
                .addRole("r")
                .grantRole("ann", "r");
    }

    private static void refused(Why why, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AuthRefusal.class, refusal -> assertThat(refusal.why())
                .isEqualTo(why));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // granted..., asked, whether
                "a, '', a, '', true",
                "a, '', b, '', false",
                "a, '', a, b, false",
                "a, c, a, '', true",
                "a, c, b, '', true",
                "a, c, c, '', false",
                "a, c, a, c, true",
                "a, c, a, d, false",
                "a, c, b, *, false",
                "a, *, b, *, true",
                "a, *, 'Z', '', false",
            })
    void aRangeIsGrantedWholeOrNot(String from, String to, String key, String end, boolean allowed) {
        AuthState state = users().grantPermission("r", new Permission(true, false, key(from), key(to)))
                .enable();
        if (allowed) {
            state.checkRead("ann", key(key), key(end));
        } else {
            refused(Why.PERMISSION_DENIED, () -> state.checkRead("ann", key(key), key(end)));
        }
        refused(Why.PERMISSION_DENIED, () -> state.checkWrite("ann", key(key), key(end)));
        state.checkWrite("root", key(key), key(end));
    }

    @Test
    void rangesThatTouchGrantWhatLiesInBoth() {
        AuthState state = users().grantPermission("r", new Permission(true, true, key("a"), key("c")))
                .addRole("s")
                .grantPermission("s", new Permission(false, true, key("c"), key("e")))
                .grantRole("ann", "s")
                .enable();
        state.checkWrite("ann", key("b"), key("d"));
        refused(Why.PERMISSION_DENIED, () -> state.checkRead("ann", key("b"), key("d")));
        refused(Why.PERMISSION_DENIED, () -> state.checkWrite("ann", key("b"), key("f")));
        AuthState gap = state.revokePermission("s", key("c"), key("e"))
                .grantPermission("s", new Permission(false, true, key("d"), key("e")));
        refused(Why.PERMISSION_DENIED, () -> gap.checkWrite("ann", key("b"), key("e")));
    }

    @Test
    void nobodyIsAskedUntilItIsEnabled() {
        users().checkWrite(null, key("a"), key("*"));
        AuthState state = users().enable();
        refused(Why.USER_EMPTY, () -> state.checkRead(null, key("a"), key("")));
        refused(Why.PERMISSION_DENIED, () -> state.checkRead("stranger", key("a"), key("")));
        refused(Why.PERMISSION_DENIED, () -> state.checkAdmin("ann"));
        refused(Why.USER_EMPTY, () -> state.checkAdmin(null));
        state.checkAdmin("root");
    }

    @Test
    void rootStaysAsLongAsItIsEnabled() {
        refused(Why.ROOT_USER_NOT_EXIST, AuthState.NONE::enable);
        refused(
                Why.ROOT_ROLE_NOT_EXIST,
                () -> AuthState.NONE.addUser("root", "h", false).enable());
        AuthState state = users().enable();
        refused(Why.INVALID_AUTH_MGMT, () -> state.deleteUser("root"));
        refused(Why.INVALID_AUTH_MGMT, () -> state.deleteRole("root"));
        refused(Why.INVALID_AUTH_MGMT, () -> state.revokeRole("root", "root"));
        assertThat(state.disable().deleteUser("root").users()).doesNotContainKey("root");
    }

    @Test
    void whatIsDeletedIsNobodysAnyMore() {
        AuthState state = users().deleteRole("r");
        assertThat(state.user("ann").roles()).isEmpty();
        // A new role of the name gives nothing back.
        assertThat(state.addRole("r").user("ann").roles()).isEmpty();
        refused(Why.ROLE_NOT_GRANTED, () -> state.revokeRole("ann", "r"));
        refused(Why.USER_NOT_FOUND, () -> state.deleteUser("ann").user("ann"));
    }

    @Test
    void eachChangeIsARevisionAndNoneIsNone() {
        AuthState state = users();
        assertThat(state.grantRole("ann", "r")).isSameAs(state);
        assertThat(state.enable().enable().revision()).isEqualTo(state.revision());
        assertThat(state.addRole("x").revision()).isEqualTo(state.revision() + 1);
        assertThat(AuthRecords.parse(AuthRecords.text(state.enable()))).isEqualTo(state.enable());
    }

    @Test
    void aPermissionOfNothingIsNone() {
        refused(Why.INVALID_AUTH_MGMT, () -> users().grantPermission(
                        "r", new Permission(true, true, key(""), key("b"))));
        refused(Why.INVALID_AUTH_MGMT, () -> users().grantPermission(
                        "r", new Permission(true, true, key("b"), key("a"))));
        refused(Why.PERMISSION_NOT_GRANTED, () -> users().revokePermission("r", key("a"), key("")));
    }
}
