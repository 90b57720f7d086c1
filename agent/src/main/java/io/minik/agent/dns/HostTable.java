package io.minik.agent.dns;

import io.minik.ground.net.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names and addresses by hand, as in /etc/hosts and CoreDNS' plugin hosts. Pure.
 *
 * @param fallsThrough whether a name that is not here may be known elsewhere
 */
record HostTable(
        Map<String, List<Address>> byName, Map<Address, List<String>> byAddress, int ttlSeconds, boolean fallsThrough) {
    /** How long an answer holds, as in the hosts plugin. */
    static final int DEFAULT_TTL_SECONDS = 3600;

    static final HostTable NONE = new HostTable(Map.of(), Map.of(), DEFAULT_TTL_SECONDS, true);

    /** @param entries an address, then its names */
    static HostTable of(Map<Address, List<String>> entries, int ttlSeconds, boolean fallsThrough) {
        Map<String, List<Address>> byName = new LinkedHashMap<>();
        entries.forEach((address, names) -> names.forEach(
                name -> byName.computeIfAbsent(name, key -> new ArrayList<>()).add(address)));
        return new HostTable(byName, entries, ttlSeconds, fallsThrough);
    }

    /** Empty if the name is not here; an answer without records if it has none of the type. */
    Optional<DnsAnswer> answer(String name, int type) {
        List<Record> records = new ArrayList<>();
        Optional<Address> reversed = ReverseName.address(name);
        List<Address> addresses = byName.getOrDefault(name, List.of());
        List<String> names =
                reversed.map(ip -> byAddress.getOrDefault(ip, List.of())).orElse(List.of());
        if (addresses.isEmpty() && names.isEmpty()) {
            return Optional.empty();
        }
        for (Address address : addresses) {
            byte[] bytes = address.bytes();
            records.add(new Record(name, bytes.length == 4 ? Record.A : Record.AAAA, ttlSeconds, bytes));
        }
        for (String target : names) {
            records.add(new Record(name, Record.PTR, ttlSeconds, Record.encodeName(target)));
        }
        records.removeIf(record -> record.type() != type && type != Record.ANY);
        return Optional.of(new DnsAnswer(DnsAnswer.NO_ERROR, true, records, List.of(), List.of()));
    }
}
