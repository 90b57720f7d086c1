package io.minik.ground.net;

import java.util.HashMap;
import java.util.Map;

/**
 * The connections that authenticated users have to one server, over all its loops, counted by user and by address. Who has
 * enough gets no more, which is better than one who is let in to take another's: what is open goes on. Any thread.
 */
public final class Crowd {
    /** Of one user: the pods of a few nodes share a service account, with a handful of watches each. */
    public static final int MOST_OF_A_USER = 512;

    /** Of one address: what a full node's pods open, if they come by the node's own; loopback is an address as any other. */
    public static final int MOST_OF_AN_ADDRESS = 768;

    private final int mostOfUser;
    private final int mostOfAddress;
    private final Map<String, Integer> byUser = new HashMap<>();
    private final Map<String, Integer> byAddress = new HashMap<>();

    public Crowd() {
        this(MOST_OF_A_USER, MOST_OF_AN_ADDRESS);
    }

    public Crowd(int mostOfUser, int mostOfAddress) {
        this.mostOfUser = mostOfUser;
        this.mostOfAddress = mostOfAddress;
    }

    synchronized boolean enter(String user, String address, int weight) {
        if (byUser.getOrDefault(user, 0) >= mostOfUser * weight
                || byAddress.getOrDefault(address, 0) >= mostOfAddress * weight) {
            return false;
        }
        byUser.merge(user, 1, Integer::sum);
        byAddress.merge(address, 1, Integer::sum);
        return true;
    }

    synchronized void leave(String user, String address) {
        byUser.computeIfPresent(user, (name, count) -> count > 1 ? count - 1 : null);
        byAddress.computeIfPresent(address, (name, count) -> count > 1 ? count - 1 : null);
    }

    synchronized int size() {
        return byUser.values().stream().mapToInt(Integer::intValue).sum();
    }
}
