package io.minik.cli;

import io.minik.api.meta.Names;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.net.BridgeNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One option, by the name that people type: turns its text into what it means, or says what is wrong with it. Everything that
 * is said begins with the option and the value.
 */
record Flag(String name) {
    private static final int MOST_PORT = 65_535;
    private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");
    private static final int LOOPBACK = 127;
    private static final int FIRST_MULTICAST = 224;
    /** IFNAMSIZ without its final zero. */
    private static final int MOST_LINK_NAME = 15;

    StartFailure wrong(Object value, String why) {
        return new StartFailure(name + ": \"" + value + "\" " + why);
    }

    int port(int port) {
        if (port < 1 || port > MOST_PORT) {
            throw wrong(port, "is no port: they go from 1 to " + MOST_PORT);
        }
        return port;
    }

    int portOrOff(int port) {
        return port == 0 ? 0 : port(port);
    }

    long atLeast(long least, long value, String meaning) {
        if (value < least) {
            throw wrong(value, "must be at least " + least + ": " + meaning);
        }
        return value;
    }

    /** An IPv4 network that pods or Services have their addresses of. */
    Cidr range(String text) {
        Cidr range = Cidr.find(text)
                .filter(Cidr::isV4)
                .orElseThrow(() -> wrong(
                        text,
                        "is no IPv4 network such as 10.42.0.0/16"
                                + (text.contains(":") || text.contains(",")
                                        ? "; this version has one IPv4 network for each"
                                        : "")));
        if (!range.toString().equals(text)) {
            throw wrong(text, "has bits set behind its prefix: the network is " + range);
        }
        int first = firstByte(range.network());
        int last = firstByte(range.at(range.size() - 1));
        if (first == 0 || last >= FIRST_MULTICAST || (first <= LOOPBACK && last >= LOOPBACK)) {
            throw wrong(text, "has addresses that no pod or Service can have (0, 127, 224 and above)");
        }
        return range;
    }

    /** Of one host: no wildcard, no loopback, no group. */
    Address hostAddress(String text) {
        Address address = address(text);
        int first = firstByte(address);
        if (first == 0 || first == LOOPBACK || first >= FIRST_MULTICAST) {
            throw wrong(text, "is no address that others reach a machine at");
        }
        return address;
    }

    private static int firstByte(Address address) {
        return address.bytes()[0] & 0xff;
    }

    private Address address(String text) {
        return Address.find(text)
                .filter(Address::isV4)
                .orElseThrow(() -> wrong(
                        text, text.contains(":") ? "is not IPv4, which this version needs" : "is no IPv4 address"));
    }

    /** Empty for what is no address of this machine. */
    static Optional<NetworkInterface> link(InetAddress address) {
        try {
            return Optional.ofNullable(NetworkInterface.getByInetAddress(address));
        } catch (SocketException e) {
            return Optional.empty();
        }
    }

    String ownAddress(String text) {
        hostAddress(text);
        requireOwn(text);
        return text;
    }

    /** Where a listener is bound: an address of this machine, or all of them. */
    String bindAddress(String text) {
        if (Address.find(text).isEmpty()) {
            throw wrong(text, "is no IP address");
        }
        requireOwn(text);
        return text;
    }

    private void requireOwn(String text) {
        try {
            InetAddress address = InetAddress.getByName(text);
            if (!address.isAnyLocalAddress() && link(address).isEmpty()) {
                throw wrong(text, "is on no network interface of this machine");
            }
        } catch (UnknownHostException e) {
            throw wrong(text, "is no IP address");
        }
    }

    /** Absolute and without links, as the kernel shows it in the list of mounts; it need not be there yet. */
    Path directory(Path path) {
        Path real = real(path);
        if (real.getNameCount() == 0) {
            throw wrong(path, "is the root of the file system: give a directory of minik's own");
        }
        if (Files.exists(real) && !Files.isDirectory(real)) {
            throw wrong(path, "is a file, not a directory");
        }
        return real;
    }

    Path file(Path path) {
        Path real = real(path);
        if (Files.isDirectory(real)) {
            throw wrong(path, "is a directory, not a file");
        }
        return real;
    }

    /** A file that is made in a directory that is there. */
    Path fileOfDirectory(Path path) {
        Path real = file(path);
        Path directory = real.resolveSibling("");
        if (!Files.isDirectory(directory)) {
            throw wrong(path, "can't be: the directory " + directory + " is not there");
        }
        return real;
    }

    private Path real(Path path) {
        if (path.toString().isBlank()) {
            throw wrong(path, "names no file");
        }
        Path absolute = path.toAbsolutePath().normalize();
        Path there = absolute;
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        if (!there.equals(absolute) && !Files.isDirectory(there)) {
            throw wrong(path, "can't be: " + there + " is a file");
        }
        try {
            return there.toRealPath().resolve(there.relativize(absolute));
        } catch (IOException e) {
            throw new StartFailure(name + ": \"" + path + "\" can't be read: " + e.getMessage(), e);
        }
    }

    /** A key and its value, as the API takes them. */
    String[] label(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw wrong(text, "is not KEY=VALUE");
        }
        String key = text.substring(0, equals);
        String value = text.substring(equals + 1);
        complain(text, "has a bad key", Names.qualifiedName(key));
        complain(text, "has a bad value", Names.labelValue(value));
        return new String[] {key, value};
    }

    /** @return key and effect, which no two taints of a node share */
    String taint(String text) {
        int colon = text.lastIndexOf(':');
        String effect = text.substring(colon + 1);
        if (colon <= 0 || !EFFECTS.contains(effect)) {
            throw wrong(
                    text,
                    "is not KEY=VALUE:EFFECT or KEY:EFFECT with the effect NoSchedule, PreferNoSchedule or NoExecute");
        }
        String rest = text.substring(0, colon);
        int equals = rest.indexOf('=');
        String key = equals < 0 ? rest : rest.substring(0, equals);
        complain(text, "has a bad key", Names.qualifiedName(key));
        complain(text, "has a bad value", Names.labelValue(equals < 0 ? "" : rest.substring(equals + 1)));
        return key + ":" + effect;
    }

    void complain(String value, String what, List<String> wrong) {
        if (!wrong.isEmpty()) {
            throw wrong(value, what + ": " + wrong.get(0));
        }
    }

    /** A group of this machine; empty for an empty text. */
    Optional<GroupPrincipal> group(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(FileSystems.getDefault()
                            .getUserPrincipalLookupService()
                            .lookupPrincipalByGroupName(text));
        } catch (UserPrincipalNotFoundException e) {
            throw wrong(text, "is no group of this machine");
        } catch (IOException e) {
            throw wrong(text, "can't be looked up: " + e.getMessage());
        }
    }

    /** A name that a bridge of minik's can have, or has. */
    String bridge(String link) {
        if (link.isEmpty()
                || link.length() > MOST_LINK_NAME
                || !link.matches("[^/:\\s]+")
                || link.matches("\\.{1,2}")) {
            throw wrong(
                    link,
                    "is no name for a network link: 1 to " + MOST_LINK_NAME + " characters, no '/', ':' or space");
        }
        try {
            NetworkInterface found = NetworkInterface.getByName(link);
            if (found != null && !BridgeNetwork.isOurs(found.getHardwareAddress())) {
                throw wrong(link, "is a network link that minik did not make: give the pods' bridge another name");
            }
            return link;
        } catch (SocketException e) {
            throw new StartFailure(name + ": \"" + link + "\" can't be looked at: " + e.getMessage(), e);
        }
    }
}
