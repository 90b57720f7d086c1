package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.etcdapi.proto.AuthForms;
import io.minik.store.etcdapi.proto.AuthGrpcService;
import io.minik.store.etcdapi.proto.AuthRpc;
import io.minik.store.etcdapi.proto.Rpc;
import io.minik.store.etcdauth.AuthBook;
import io.minik.store.etcdauth.AuthRecords;
import io.minik.store.etcdauth.AuthRefusal;
import io.minik.store.etcdauth.AuthRefusal.Why;
import io.minik.store.etcdauth.AuthState;
import io.minik.store.etcdauth.Permission;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** etcd's Auth service. */
final class AuthCalls {
    private final AuthBook book;
    private final Access access;
    private final Store store;
    private final Member member;

    AuthCalls(AuthBook book, Access access, Store store, Member member) {
        this.book = book;
        this.access = access;
        this.store = store;
        this.member = member;
    }

    List<Unary<?, ?>> all() {
        return List.of(
                new Unary<>(
                        AuthGrpcService.AuthEnable,
                        "/v3/auth/enable",
                        AuthRpc.AuthEnableRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(AuthState::enable, header -> AuthRpc.AuthEnableResponse.newBuilder()
                                .setHeader(header)
                                .build())),
                new Unary<>(
                        AuthGrpcService.AuthDisable,
                        "/v3/auth/disable",
                        AuthRpc.AuthDisableRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(AuthState::disable, header -> AuthRpc.AuthDisableResponse.newBuilder()
                                .setHeader(header)
                                .build())),
                new Unary<>(
                        AuthGrpcService.AuthStatus,
                        "/v3/auth/status",
                        AuthRpc.AuthStatusRequest.getDefaultInstance(),
                        access::admin,
                        request -> Future.succeededFuture(AuthRpc.AuthStatusResponse.newBuilder()
                                .setHeader(member.header(store))
                                .setEnabled(book.state().enabled())
                                .setAuthRevision(book.state().revision())
                                .build())),
                new Unary<>(
                        AuthGrpcService.Authenticate,
                        "/v3/auth/authenticate",
                        AuthRpc.AuthenticateRequest.getDefaultInstance(),
                        Access::anybody,
                        this::authenticate));
    }

    List<Unary<?, ?>> users() {
        return List.of(
                new Unary<>(
                        AuthGrpcService.UserAdd,
                        "/v3/auth/user/add",
                        AuthRpc.AuthUserAddRequest.getDefaultInstance(),
                        access::admin,
                        this::addUser),
                new Unary<>(
                        AuthGrpcService.UserGet,
                        "/v3/auth/user/get",
                        AuthRpc.AuthUserGetRequest.getDefaultInstance(),
                        (caller, request) -> request.getName().equals(caller.user())
                                ? Future.succeededFuture()
                                : access.admin(caller, request),
                        request -> Future.succeededFuture(AuthRpc.AuthUserGetResponse.newBuilder()
                                .setHeader(member.header(store))
                                .addAllRoles(
                                        book.state().user(request.getName()).roles())
                                .build())),
                new Unary<>(
                        AuthGrpcService.UserList,
                        "/v3/auth/user/list",
                        AuthRpc.AuthUserListRequest.getDefaultInstance(),
                        access::admin,
                        request -> Future.succeededFuture(AuthRpc.AuthUserListResponse.newBuilder()
                                .setHeader(member.header(store))
                                .addAllUsers(book.state().users().keySet())
                                .build())),
                new Unary<>(
                        AuthGrpcService.UserDelete,
                        "/v3/auth/user/delete",
                        AuthRpc.AuthUserDeleteRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.deleteUser(request.getName()),
                                header -> AuthRpc.AuthUserDeleteResponse.newBuilder()
                                        .setHeader(header)
                                        .build())),
                new Unary<>(
                        AuthGrpcService.UserChangePassword,
                        "/v3/auth/user/changepw",
                        AuthRpc.AuthUserChangePasswordRequest.getDefaultInstance(),
                        access::admin,
                        this::changePassword),
                new Unary<>(
                        AuthGrpcService.UserGrantRole,
                        "/v3/auth/user/grant",
                        AuthRpc.AuthUserGrantRoleRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.grantRole(request.getUser(), request.getRole()),
                                header -> AuthRpc.AuthUserGrantRoleResponse.newBuilder()
                                        .setHeader(header)
                                        .build())),
                new Unary<>(
                        AuthGrpcService.UserRevokeRole,
                        "/v3/auth/user/revoke",
                        AuthRpc.AuthUserRevokeRoleRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.revokeRole(request.getName(), request.getRole()),
                                header -> AuthRpc.AuthUserRevokeRoleResponse.newBuilder()
                                        .setHeader(header)
                                        .build())));
    }

    List<Unary<?, ?>> roles() {
        return List.of(
                new Unary<>(
                        AuthGrpcService.RoleAdd,
                        "/v3/auth/role/add",
                        AuthRpc.AuthRoleAddRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.addRole(request.getName()),
                                header -> AuthRpc.AuthRoleAddResponse.newBuilder()
                                        .setHeader(header)
                                        .build())),
                new Unary<>(
                        AuthGrpcService.RoleGet,
                        "/v3/auth/role/get",
                        AuthRpc.AuthRoleGetRequest.getDefaultInstance(),
                        (caller, request) -> book.state().hasRole(caller.user(), request.getRole())
                                ? Future.succeededFuture()
                                : access.admin(caller, request),
                        this::getRole),
                new Unary<>(
                        AuthGrpcService.RoleList,
                        "/v3/auth/role/list",
                        AuthRpc.AuthRoleListRequest.getDefaultInstance(),
                        access::admin,
                        request -> Future.succeededFuture(AuthRpc.AuthRoleListResponse.newBuilder()
                                .setHeader(member.header(store))
                                .addAllRoles(book.state().roles().keySet())
                                .build())),
                new Unary<>(
                        AuthGrpcService.RoleDelete,
                        "/v3/auth/role/delete",
                        AuthRpc.AuthRoleDeleteRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.deleteRole(request.getRole()),
                                header -> AuthRpc.AuthRoleDeleteResponse.newBuilder()
                                        .setHeader(header)
                                        .build())),
                new Unary<>(
                        AuthGrpcService.RoleGrantPermission,
                        "/v3/auth/role/grant",
                        AuthRpc.AuthRoleGrantPermissionRequest.getDefaultInstance(),
                        access::admin,
                        this::grantPermission),
                new Unary<>(
                        AuthGrpcService.RoleRevokePermission,
                        "/v3/auth/role/revoke",
                        AuthRpc.AuthRoleRevokePermissionRequest.getDefaultInstance(),
                        access::admin,
                        request -> change(
                                state -> state.revokePermission(
                                        request.getRole(),
                                        EtcdMessages.bytes(request.getKey()),
                                        EtcdMessages.bytes(request.getRangeEnd())),
                                header -> AuthRpc.AuthRoleRevokePermissionResponse.newBuilder()
                                        .setHeader(header)
                                        .build())));
    }

    private <R> Future<R> change(UnaryOperator<AuthState> change, Function<Rpc.ResponseHeader, R> response) {
        return book.change(change).map(done -> response.apply(member.header(store)));
    }

    private Future<AuthRpc.AuthenticateResponse> authenticate(AuthRpc.AuthenticateRequest request) {
        return book.authenticate(request.getName(), request.getPassword())
                .map(token -> AuthRpc.AuthenticateResponse.newBuilder()
                        .setHeader(member.header(store))
                        .setToken(token)
                        .build());
    }

    private Future<AuthRpc.AuthUserAddResponse> addUser(AuthRpc.AuthUserAddRequest request) {
        boolean noPassword = request.getOptions().getNoPassword();
        book.state().checkNewUser(request.getName());
        return (noPassword ? Future.succeededFuture("") : hash(request.getPassword(), request.getHashedPassword()))
                .compose(hash -> change(
                        state -> state.addUser(request.getName(), hash, noPassword),
                        header -> AuthRpc.AuthUserAddResponse.newBuilder()
                                .setHeader(header)
                                .build()));
    }

    private Future<AuthRpc.AuthUserChangePasswordResponse> changePassword(
            AuthRpc.AuthUserChangePasswordRequest request) {
        book.state().user(request.getName());
        return hash(request.getPassword(), request.getHashedPassword())
                .compose(hash -> change(
                        state -> state.changePassword(request.getName(), hash),
                        header -> AuthRpc.AuthUserChangePasswordResponse.newBuilder()
                                .setHeader(header)
                                .build()));
    }

    /** A client may have hashed it himself. */
    private Future<String> hash(String password, String hashed) {
        if (hashed.isEmpty()) {
            return book.hash(password);
        }
        try {
            return Future.succeededFuture(new String(Base64.getDecoder().decode(hashed), StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException broken) {
            return Future.failedFuture(new AuthRefusal(Why.NO_PASSWORD_USER));
        }
    }

    private Future<AuthRpc.AuthRoleGetResponse> getRole(AuthRpc.AuthRoleGetRequest request) {
        List<Permission> permissions = book.state().role(request.getRole()).permissions();
        return Future.succeededFuture(AuthRpc.AuthRoleGetResponse.newBuilder()
                .setHeader(member.header(store))
                .addAllPerm(permissions.stream().map(AuthRecords::form).toList())
                .build());
    }

    private Future<AuthRpc.AuthRoleGrantPermissionResponse> grantPermission(
            AuthRpc.AuthRoleGrantPermissionRequest request) {
        if (!request.hasPerm() || request.getPerm().getPermType() == AuthForms.Permission.Type.UNRECOGNIZED) {
            throw new AuthRefusal(Why.PERMISSION_NOT_GIVEN);
        }
        return change(
                state -> state.grantPermission(request.getName(), AuthRecords.permission(request.getPerm())),
                header -> AuthRpc.AuthRoleGrantPermissionResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }
}
