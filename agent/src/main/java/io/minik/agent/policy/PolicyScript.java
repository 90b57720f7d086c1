package io.minik.agent.policy;

import io.minik.ground.net.Address;
import io.minik.runtime.nft.Element;
import io.minik.runtime.nft.Family;
import io.minik.runtime.nft.Nft;
import io.minik.runtime.nft.TableWords;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Words of nft for the table of policies. Pure. */
record PolicyScript(String table, Optional<Address> dns) {
    /** The whole table, in place of what there is: one transaction, so no packet sees it half made. */
    String full(Map<Element, String> elements) {
        TableWords words = new TableWords(table);
        StringBuilder script = new StringBuilder(Nft.dropped("inet", table));
        script.append("table inet ").append(table).append(" {\n");
        for (Family family : Family.values()) {
            String type = family.type();
            for (String map : List.of("in", "out")) {
                script.append("  map " + family.named(map) + " { type " + type + " : verdict; }\n");
            }
            script.append("  set " + family.named("self") + " { type " + type + " . " + type + "; }\n");
            script.append("  set " + family.named("dns") + " { type " + type + " . inet_proto; }\n");
        }
        script.append(words.objects(elements));
        hooks(script);
        return script.append("}\n").append(words.elements("add", elements)).toString();
    }

    /**
     * What is forwarded, and what pods send to this machine itself. What the machine sends is not looked at: the kubelet's
     * probes reach its pods, whatever their policies. After translation, so that a Service's packets are judged by the pod
     * that they go to; before the machine's own filters.
     */
    private void hooks(StringBuilder script) {
        String established = "    ct state established,related accept\n";
        script.append("  chain forward {\n    type filter hook forward priority -5; policy accept;\n");
        script.append(established);
        for (Family family : Family.values()) {
            // No pod can be shut out of itself.
            String ends = family.source() + " . " + family.destination();
            script.append("    " + ends + " @" + family.named("self") + " accept\n");
        }
        for (Family family : Family.values()) {
            script.append("    " + family.source() + " vmap @" + family.named("out") + "\n");
            script.append("    " + family.destination() + " vmap @" + family.named("in") + "\n");
        }
        script.append("  }\n  chain input {\n    type filter hook input priority -5; policy accept;\n");
        script.append(established);
        dns.ifPresent(address -> {
            Family family = Family.of(address);
            // Redirected to this node's own: where it was sent to is what a policy is about, and nothing else is there.
            script.append("    ct original " + family.destination() + " " + address + " " + family.source()
                    + " . meta l4proto @" + family.named("dns") + " accept\n");
        });
        for (Family family : Family.values()) {
            script.append("    " + family.source() + " vmap @" + family.named("out") + "\n");
        }
        script.append("  }\n");
    }
}
