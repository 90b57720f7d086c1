package io.minik.runtime.net;

import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import io.minik.runtime.RuntimeFault;
import io.minik.runtime.sys.Trees;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Addresses of one range, each lease a file: its name the address, its content the sandbox. The file is made exclusively
 * before the address is used and removed after it is free, so a crash can leak a lease ({@link #reclaim}) but never give
 * one out twice. The first address is the bridge's, the last is broadcast.
 */
final class Ipam {
    private static final Logger LOG = LoggerFactory.getLogger(Ipam.class);

    private static final int RESERVED_AT_START = 2;
    private static final int RESERVED_AT_END = 1;

    private final Path directory;
    private final Cidr cidr;
    private final Map<String, Address> leases = new HashMap<>();
    /** Goes round, so that an address rests as long as possible before its next pod. */
    private long next = RESERVED_AT_START;

    /** @param directory of this range only */
    Ipam(Path directory, Cidr cidr) {
        this.directory = directory;
        this.cidr = cidr;
        if (cidr.size() <= RESERVED_AT_START + RESERVED_AT_END) {
            throw new RuntimeFault(RuntimeFault.Kind.INVALID_CONFIG, "configure", cidr + " has no room for pods", 0);
        }
        Trees.make(directory);
        for (String name : Trees.list(directory)) {
            addressOf(name).ifPresent(address -> {
                read(name).ifPresent(owner -> leases.put(owner, address));
                next = Math.max(next, cidr.offsetOf(address) + 1);
            });
        }
    }

    /** What is not called like one of the range's addresses is no lease of ours, and leases nothing. */
    private Optional<Address> addressOf(String name) {
        Optional<Address> address = Address.find(name).filter(cidr::contains);
        if (address.isEmpty()) {
            LOG.atWarn()
                    .addKeyValue("file", directory.resolve(name))
                    .log("is no lease of an address, and is left alone");
        }
        return address;
    }

    private Optional<String> read(String name) {
        try {
            String owner = Files.readString(directory.resolve(name)).trim();
            if (owner.isEmpty()) {
                // A crash between create and write: nobody uses it.
                Files.delete(directory.resolve(name));
                return Optional.empty();
            }
            return Optional.of(owner);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw fault("read lease", name, e);
        }
    }

    private static RuntimeFault fault(String step, String subject, IOException e) {
        return new RuntimeFault(RuntimeFault.Kind.KERNEL, step, step + " " + subject + ": " + e.getMessage(), e);
    }

    Cidr cidr() {
        return cidr;
    }

    /** The sandbox' address, or a new one. */
    synchronized Address lease(String sandboxId) {
        Address held = leases.get(sandboxId);
        if (held != null) {
            return held;
        }
        long usable = cidr.size() - RESERVED_AT_START - RESERVED_AT_END;
        for (long tried = 0; tried < usable; tried++) {
            long index = RESERVED_AT_START + Math.floorMod(next - RESERVED_AT_START + tried, usable);
            Address address = cidr.at(index);
            if (take(address, sandboxId)) {
                next = index + 1;
                leases.put(sandboxId, address);
                return address;
            }
        }
        throw new RuntimeFault(
                RuntimeFault.Kind.KERNEL,
                "lease address",
                "all " + usable + " pod addresses of " + cidr + " are in use",
                0);
    }

    private boolean take(Address address, String sandboxId) {
        Path file = directory.resolve(address.toString());
        try {
            Files.writeString(file, sandboxId, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw fault("lease", file.toString(), e);
        }
    }

    synchronized void release(String sandboxId) {
        Address address = leases.get(sandboxId);
        if (address != null) {
            try {
                Files.deleteIfExists(directory.resolve(address.toString()));
            } catch (IOException e) {
                throw fault("release", address.toString(), e);
            }
            leases.remove(sandboxId);
        }
    }

    /** Frees what is leased to others than these. */
    synchronized void reclaim(Set<String> sandboxIds) {
        Set.copyOf(leases.keySet()).stream()
                .filter(id -> !sandboxIds.contains(id))
                .forEach(this::release);
    }
}
