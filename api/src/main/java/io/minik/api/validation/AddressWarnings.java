package io.minik.api.validation;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.api.meta.Causes;
import io.minik.ground.net.Address;
import io.minik.ground.net.Cidr;
import java.util.List;
import java.util.Optional;

/** Addresses and ranges that are not written as everybody writes them: others compare them as text. */
final class AddressWarnings {
    private AddressWarnings() {}

    static void of(List<AddressField> fields, List<String> said) {
        for (AddressField field : fields) {
            if (field.range()) {
                range(field.text(), field.path(), said);
            } else {
                address(field.text(), field.path(), said);
            }
        }
    }

    static void addresses(JsonNode values, String path, List<String> said) {
        for (int at = 0; at < values.size(); at++) {
            address(values.get(at).asText(), Causes.at(path, at), said);
        }
    }

    /** @param text validated, or empty */
    static void address(String text, String path, List<String> said) {
        Optional<Address> found = Address.find(text);
        if (found.isEmpty()) {
            return;
        }
        Address plain = found.get().unmapped();
        if (!plain.equals(found.get())) {
            said.add(path + ": non-standard IP address \"" + text
                    + "\" will be considered invalid in a future Kubernetes release: use \"" + plain + "\"");
        } else if (!plain.isV4() && !plain.toString().equals(text)) {
            said.add(path + ": IPv6 address \"" + text + "\" should be in RFC 5952 canonical format (\"" + plain
                    + "\")");
        }
    }

    static void ranges(JsonNode values, String path, List<String> said) {
        for (int at = 0; at < values.size(); at++) {
            range(values.get(at).asText().strip(), Causes.at(path, at), said);
        }
    }

    static void range(String text, String path, List<String> said) {
        int slash = text.indexOf('/');
        Optional<Address> found = Address.find(slash < 0 ? "" : text.substring(0, slash));
        String digits = text.substring(slash + 1);
        if (found.isEmpty() || !found.get().unmapped().equals(found.get()) || !digits.matches("[0-9]{1,3}")) {
            return;
        }
        Address plain = found.get();
        int prefix = Integer.parseInt(digits);
        if (prefix > plain.bits()) {
            return;
        }
        Cidr network = new Cidr(plain, prefix);
        if (!network.network().equals(plain)) {
            said.add(path + ": CIDR value \"" + text + "\" is ambiguous in this context (should be \"" + network
                    + "\" or \"" + plain + "/" + plain.bits() + "\"?)");
        }
        if (!plain.isV4() && !text.equals(plain + "/" + prefix)) {
            said.add(path + ": IPv6 CIDR value \"" + text + "\" should be in RFC 5952 canonical format (\"" + plain
                    + "/" + prefix + "\")");
        }
    }
}
