package io.minik.runtime.net;

import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.sys.Kernel;
import io.minik.runtime.sys.Syscall;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the machine's firewall open for pods. Whoever loads its rules anew (ufw, docker, firewalld, {@code nft -f}) takes ours
 * away with its own, so it is looked at again and again; while the kernel counts no change to its tables, that is one question
 * to the kernel and no process. Blocking; on the network's worker only.
 */
final class Firewall {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int NETLINK_NETFILTER = 12;
    /** NFNL_SUBSYS_NFTABLES and NFT_MSG_GETGEN. */
    private static final int GET_GENERATION = 10 << 8 | 16;

    private static final int NFTA_GEN_ID = 1;

    private final Kernel kernel;
    private final Nft nft;
    private final String table;
    private String script = "";
    private Optional<Integer> looked = Optional.empty();

    /** @param table ours, of family inet, which hides pods behind the node */
    Firewall(Kernel kernel, Nft nft, String table) {
        this.kernel = kernel;
        this.nft = nft;
        this.table = table;
    }

    /** @param script makes our table, now and whenever it was flushed away with all others */
    void hide(String script) {
        this.script = script;
        apply(script);
    }

    /** Takes our table away, and our rules out of the machine's chains. */
    void close() {
        apply(Nft.dropped(table));
        try {
            new ForwardChains(nft).close();
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL, "close the firewall again", String.valueOf(e.getMessage()), e);
        }
    }

    private void apply(String transaction) {
        try {
            nft.apply(transaction);
        } catch (IOException e) {
            throw new RuntimeFault(
                    RuntimeFault.Kind.KERNEL,
                    "nft",
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("nft failed"),
                    e);
        }
    }

    /** @param others tables of ours that must be there beside the own one */
    FirewallFindings open(List<Cidr> pods, List<String> others) {
        Optional<Integer> now = generation();
        if (now.isPresent() && now.equals(looked) && !ForwardChains.legacy()) {
            return new FirewallFindings(false, List.of());
        }
        List<String> tables = new ArrayList<>(List.of(table));
        tables.addAll(others);
        FirewallFindings found = new ForwardChains(nft).open(pods, tables, script);
        looked = now;
        return found;
    }

    /** A number that each change to the nft tables of this network namespace moves on; empty if the kernel does not tell it. */
    Optional<Integer> generation() {
        int socket = (int) Kernel.check(
                kernel.sys().call(Syscall.SOCKET, AF_NETLINK, SOCK_RAW | Kernel.O_CLOEXEC, NETLINK_NETFILTER),
                "netfilter socket",
                "");
        try {
            List<ByteBuffer> answers = new ArrayList<>();
            int errno = new Rtnetlink(kernel, socket)
                    .exchange(new NetlinkMessage(GET_GENERATION, 0).netfilter(), "nft generation", answers);
            return errno != 0 || answers.isEmpty()
                    ? Optional.empty()
                    : Optional.ofNullable(Rtnetlink.attributes(answers.get(0), NetlinkMessage.NETFILTER_BYTES)
                                    .get(NFTA_GEN_ID))
                            .map(value -> value.getInt(value.position()));
        } finally {
            kernel.close(socket);
        }
    }
}
