package io.minik.store.etcdapi;

import io.minik.store.Store;
import io.minik.store.etcdapi.proto.Rpc;
import java.util.List;

/**
 * Who answers: etcd's clients want a cluster, a member and a leader, and take 0 for "none".
 *
 * @param clientUrls as clients reach it, for member list
 */
public record Member(String name, long clusterId, long memberId, List<String> clientUrls) {
    /** One machine never holds an election. */
    static final long RAFT_TERM = 1;

    public Member {
        if (clusterId == 0 || memberId == 0) {
            throw new IllegalArgumentException("cluster and member id must not be 0");
        }
    }

    /** Ids that stay the same for a name. */
    public static Member named(String name, List<String> clientUrls) {
        return new Member(name, id("cluster"), id(name), clientUrls);
    }

    private static long id(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash == 0 ? 1 : hash;
    }

    Rpc.ResponseHeader header(long revision) {
        return Rpc.ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRevision(revision)
                .setRaftTerm(RAFT_TERM)
                .build();
    }

    /** Of what has to do with members and not with keys: without a revision, as in etcd. */
    Rpc.ResponseHeader bareHeader() {
        return Rpc.ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(memberId)
                .setRaftTerm(RAFT_TERM)
                .build();
    }

    Rpc.ResponseHeader header(Store store) {
        return header(store.status().revision());
    }
}
