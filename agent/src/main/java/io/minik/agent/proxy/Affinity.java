package io.minik.agent.proxy;

import io.minik.agent.proxy.Treatment.Kind;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Client affinity of one service port: who came lately goes where he went. Each endpoint has a set of its latest clients,
 * which the kernel fills and empties, and a chain that notes the client and translates. Sets and chains are named after
 * all that is in them, so an endpoint that stays keeps its clients while others come and go, and one that goes takes them
 * along. Pure.
 *
 * @param family of the addresses that clients ask
 * @param port tells this service port from all others
 * @param seconds how long a client is remembered after his last connection
 */
record Affinity(Family family, String port, String protocol, int seconds) {
    /** How the names of the sets begin. */
    static final String CLIENTS = "clients_";

    /** Enough that two services never meet: 64 bits. */
    private static final int HASH_DIGITS = 16;

    /** Puts what is needed for these endpoints. @return the verdict for packets of that kind */
    String verdict(Kind kind, List<Endpoint> endpoints, Map<Element, String> elements) {
        List<String> rules = new ArrayList<>();
        kind.masquerade.chain().ifPresent(chain -> rules.add("jump " + chain));
        List<String> choices = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            String id = hash(List.of(port, protocol, endpoint.target(), Integer.toString(seconds)));
            String clients = CLIENTS + id;
            elements.put(
                    new Element(Element.SET, clients),
                    "type " + family.type() + "; flags dynamic,timeout; timeout " + seconds + "s;");
            elements.put(
                    new Element(Element.CHAIN, "to_" + id),
                    "update @" + clients + " { " + family.source() + " }\nmeta l4proto " + protocol + " "
                            + family.translate() + " " + family.target(endpoint.ip(), endpoint.port()));
            rules.add(family.source() + " @" + clients + " goto to_" + id);
            choices.add(choices.size() + " : goto to_" + id);
        }
        rules.add("numgen random mod " + endpoints.size() + " vmap { " + String.join(", ", choices) + " }");
        // "sticky" sorts before "to": chains are deleted in this order, and one that is pointed to can't be.
        String name = "sticky_" + hash(rules);
        elements.put(new Element(Element.CHAIN, name), String.join("\n", rules));
        return "goto " + name;
    }

    static String hash(List<String> parts) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return String.format("%064x", new BigInteger(1, digest)).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
