package io.minik.api.core;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.ground.json.Json;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parts of a PodSpec that say whose namespaces, names and resolver a pod uses.
 *
 * @param hostUsers false = a user namespace was asked for
 * @param hostAliases extra lines of /etc/hosts
 * @param dnsPolicy ClusterFirst, ClusterFirstWithHostNet, Default or None
 */
public record PodNetwork(
        boolean hostNetwork,
        boolean hostPid,
        boolean hostIpc,
        boolean hostUsers,
        HostName hostName,
        List<HostAlias> hostAliases,
        String dnsPolicy,
        DnsConfig dnsConfig) {

    public static PodNetwork of(JsonNode spec) {
        return new PodNetwork(
                Json.bool(spec, "hostNetwork"),
                Json.bool(spec, "hostPID"),
                Json.bool(spec, "hostIPC"),
                spec.path("hostUsers").asBoolean(true),
                HostName.of(spec),
                Views.list(
                        spec.path("hostAliases"),
                        alias -> new HostAlias(Json.text(alias, "ip"), Json.stringList(alias, "hostnames"))),
                Json.textOr("ClusterFirst", spec, "dnsPolicy"),
                DnsConfig.of(spec.path("dnsConfig")));
    }

    /** @param override in place of what the others make: {@code hostnameOverride} */
    public record HostName(String hostname, String subdomain, boolean asFqdn, String override) {
        static HostName of(JsonNode spec) {
            return new HostName(
                    Json.text(spec, "hostname"),
                    Json.text(spec, "subdomain"),
                    Json.bool(spec, "setHostnameAsFQDN"),
                    Json.text(spec, "hostnameOverride"));
        }
    }

    public record HostAlias(String ip, List<String> hostnames) {}

    /** @param options name to value, in order; an empty value writes the name alone */
    public record DnsConfig(List<String> nameservers, List<String> searches, Map<String, String> options) {
        static DnsConfig of(JsonNode config) {
            Map<String, String> options = new LinkedHashMap<>();
            for (JsonNode option : config.path("options")) {
                options.put(Json.text(option, "name"), Json.text(option, "value"));
            }
            return new DnsConfig(
                    Json.stringList(config, "nameservers"),
                    Json.stringList(config, "searches"),
                    Collections.unmodifiableMap(options));
        }
    }
}
