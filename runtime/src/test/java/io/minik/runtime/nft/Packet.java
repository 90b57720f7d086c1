package io.minik.runtime.nft;

import io.minik.ground.net.Address;
import java.util.Optional;

/**
 * The first packet of a connection, as rules look at it.
 *
 * @param protocol {@code tcp}
 * @param port where it goes
 * @param asked where its sender sent it, before translation; empty: to where it goes
 * @param fromHere the sender's address is one of this machine's
 * @param here the destination is one of this machine's addresses
 */
public record Packet(
        Address source,
        Address destination,
        String protocol,
        int port,
        Optional<Address> asked,
        boolean fromHere,
        boolean here) {
    public Packet(Address source, Address destination, String protocol, int port) {
        this(source, destination, protocol, port, Optional.empty(), false, false);
    }

    public Packet askedFor(Address address) {
        return new Packet(source, destination, protocol, port, Optional.of(address), fromHere, here);
    }

    public Packet from(Address sender, boolean ours) {
        return new Packet(sender, destination, protocol, port, asked, ours, here);
    }

    public Packet toThisMachine() {
        return new Packet(source, destination, protocol, port, asked, fromHere, true);
    }

    Packet translated(Address target, int number) {
        return new Packet(source, target, protocol, number, Optional.of(destination), fromHere, false);
    }
}
