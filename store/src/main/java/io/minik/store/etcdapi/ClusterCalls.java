package io.minik.store.etcdapi;

import io.minik.store.etcdapi.proto.ClusterGrpcService;
import io.minik.store.etcdapi.proto.Rpc;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * etcd's Cluster service of a cluster that has one member and stays so: there is no consensus with others, so who wants to
 * add, remove or move the member is refused in the words that etcd has for a member that can't be spared.
 */
final class ClusterCalls {
    private final Member member;

    ClusterCalls(Member member) {
        this.member = member;
    }

    List<Unary<?, ?>> all(Access access) {
        return List.of(
                new Unary<>(
                        ClusterGrpcService.MemberList,
                        "/v3/cluster/member/list",
                        Rpc.MemberListRequest.getDefaultInstance(),
                        Access::anybody,
                        this::list),
                new Unary<>(
                        ClusterGrpcService.MemberAdd,
                        "/v3/cluster/member/add",
                        Rpc.MemberAddRequest.getDefaultInstance(),
                        access::admin,
                        this::add),
                new Unary<>(
                        ClusterGrpcService.MemberRemove,
                        "/v3/cluster/member/remove",
                        Rpc.MemberRemoveRequest.getDefaultInstance(),
                        access::admin,
                        this::remove),
                new Unary<>(
                        ClusterGrpcService.MemberUpdate,
                        "/v3/cluster/member/update",
                        Rpc.MemberUpdateRequest.getDefaultInstance(),
                        access::admin,
                        this::update),
                new Unary<>(
                        ClusterGrpcService.MemberPromote,
                        "/v3/cluster/member/promote",
                        Rpc.MemberPromoteRequest.getDefaultInstance(),
                        access::admin,
                        this::promote));
    }

    Future<Rpc.MemberListResponse> list(Rpc.MemberListRequest request) {
        return Future.succeededFuture(Rpc.MemberListResponse.newBuilder()
                .setHeader(member.bareHeader())
                .addMembers(Rpc.Member.newBuilder()
                        .setId(member.memberId())
                        .setName(member.name())
                        .addAllClientUrls(member.clientUrls()))
                .build());
    }

    Future<Rpc.MemberAddResponse> add(Rpc.MemberAddRequest request) {
        checkUrls(request.getPeerUrlsList());
        throw EtcdRefusal.notEnoughMembers();
    }

    Future<Rpc.MemberRemoveResponse> remove(Rpc.MemberRemoveRequest request) {
        checkKnown(request.getId());
        throw EtcdRefusal.notEnoughMembers();
    }

    /** The member has no address for peers that could be another one. */
    Future<Rpc.MemberUpdateResponse> update(Rpc.MemberUpdateRequest request) {
        checkUrls(request.getPeerUrlsList());
        checkKnown(request.getId());
        throw EtcdRefusal.notEnoughMembers();
    }

    Future<Rpc.MemberPromoteResponse> promote(Rpc.MemberPromoteRequest request) {
        checkKnown(request.getId());
        throw new EtcdRefusal(GrpcStatus.FAILED_PRECONDITION, "can only promote a learner member");
    }

    private void checkKnown(long id) {
        if (id != member.memberId()) {
            throw EtcdRefusal.memberNotFound();
        }
    }

    private static void checkUrls(List<String> urls) {
        if (urls.isEmpty() || !urls.stream().allMatch(ClusterCalls::isPeerUrl)) {
            throw new EtcdRefusal(GrpcStatus.INVALID_ARGUMENT, "given member URLs are invalid");
        }
    }

    private static boolean isPeerUrl(String text) {
        try {
            URI uri = new URI(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() > 0
                    && (uri.getPath() == null || uri.getPath().isEmpty());
        } catch (URISyntaxException unreadable) {
            return false;
        }
    }
}
