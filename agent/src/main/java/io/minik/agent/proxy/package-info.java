/**
 * Services in the kernel: what kube-proxy does, by nftables maps.
 *
 * <p>Owns one table, {@code inet minik_proxy} (the name is a setting). No chain belongs to a service: packets find their
 * verdict in a map by address and port, the verdict is a chain for "n endpoints, treated so", and that chain finds the
 * endpoint in a map by address, port and a number below n. So a change of a service is a change of some map elements.
 *
 * <p>Flow: informers of Services, EndpointSlices and this node's pods mark owners dirty; {@code ProxyElements} and {@code
 * HostPortRules} (pure) say which elements an owner wants; {@code RuleTable} folds them and tells what differs from the
 * kernel; {@code NftScript} (pure) words that as one transaction; {@code Nft} hands it to nft on a worker. All state
 * belongs to the loop of the informers. Follows https://kubernetes.io/docs/reference/networking/virtual-ips/.
 */
@NullMarked
package io.minik.agent.proxy;

import org.jspecify.annotations.NullMarked;
