package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Addresses and ranges that readers differ over: leading zeros, IPv4 within IPv6, ranges with bits of a host. Refused since 1.36
 * (upstream's StrictIPCIDRValidation, KEP-4858); what an object says already it may go on saying.
 */
final class AddressRules {
    private AddressRules() {}

    /** @param resource the group resource's name */
    static void check(String resource, JsonNode tree, Optional<? extends JsonNode> old, Causes causes) {
        List<AddressField> said = AddressField.of(resource, tree);
        if (said.isEmpty()) {
            return;
        }
        Set<String> before = new HashSet<>();
        old.ifPresent(stored -> AddressField.of(resource, stored).forEach(one -> before.add(one.text())));
        for (AddressField one : said) {
            if (!before.contains(one.text())) {
                Optional<String> wrong = one.range() ? range(one.text()) : address(one.text());
                wrong.ifPresent(why -> causes.invalid(one.path(), one.text(), why));
            }
        }
    }

    private static Optional<String> address(String text) {
        Optional<Address> strict = Address.find(text);
        if (strict.isEmpty()) {
            return Addresses.sloppy(text).map(unused -> "must not have leading 0s");
        }
        return strict.get().unmapped().equals(strict.get())
                ? Optional.empty()
                : Optional.of("must not be an IPv4-mapped IPv6 address");
    }

    private static Optional<String> range(String text) {
        int slash = text.indexOf('/');
        String head = slash < 0 ? "" : text.substring(0, slash);
        String digits = text.substring(slash + 1);
        Optional<Address> sloppy = Addresses.sloppy(head);
        if (sloppy.isEmpty() || !digits.matches("0*[0-9]{1,3}")) {
            return Optional.empty();
        }
        Optional<Address> strict = Address.find(head);
        if (strict.isEmpty() || !digits.matches("0|[1-9][0-9]*")) {
            return Optional.of("must not have leading 0s in IP or prefix length");
        }
        if (!strict.get().unmapped().equals(strict.get())) {
            return Optional.of("must not have an IPv4-mapped IPv6 address");
        }
        int prefix = Integer.parseInt(digits);
        return prefix > strict.get().bits()
                        || new Cidr(strict.get(), prefix).network().equals(strict.get())
                ? Optional.empty()
                : Optional.of("must not have bits set beyond the prefix length");
    }
}
