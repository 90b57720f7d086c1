package io.minik.cli;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.Set;

/**
 * The address that this node says it has. A box without a default route, or with its cable unplugged, still starts: then it
 * is the first address of any interface, and at last loopback.
 */
final class NodeAddress {
    /** Documentation range (RFC 5737): connecting a datagram socket sends nothing, it only asks the routing table. */
    private static final InetSocketAddress OUTWARD = new InetSocketAddress("192.0.2.1", 9);

    private NodeAddress() {}

    /** @param bridge the pods' own bridge, which is no address of the node */
    static String find(String bridge) {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(OUTWARD);
            InetAddress local = socket.getLocalAddress();
            if (local instanceof Inet4Address && !local.isAnyLocalAddress() && !local.isLoopbackAddress()) {
                return local.getHostAddress();
            }
        } catch (IOException | RuntimeException e) {
            // No route outward: look at the interfaces.
        }
        try {
            for (NetworkInterface link : Collections.list(NetworkInterface.getNetworkInterfaces())) {
                if (!link.isUp()
                        || link.isLoopback()
                        || Set.of(bridge, "docker0", "cni0").contains(link.getName())) {
                    continue;
                }
                for (InetAddress address : Collections.list(link.getInetAddresses())) {
                    if (address instanceof Inet4Address && !address.isLinkLocalAddress()) {
                        return address.getHostAddress();
                    }
                }
            }
        } catch (SocketException e) {
            throw new StartFailure("network interfaces can't be listed: " + e.getMessage(), e);
        }
        return "127.0.0.1";
    }
}
