package io.minik.runtime.criapi;

import static io.minik.runtime.criapi.CriCodes.invalid;

import io.minik.ground.net.Address;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.criapi.HostPorts.Port;
import io.minik.runtime.criapi.proto.CriProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What is kept of a client's sandbox beside what the runtime itself keeps, as the value of the label {@link Cri#CLIENTS}: the
 * handler that it was run by, and the node's ports that lead to it. Of a container the value is empty.
 *
 * <pre>
 *   runc tcp/18080/8080/127.0.0.1 udp/53/53/
 * </pre>
 */
record ClientMark(String handler, List<Port> ports) {
    /** With a rule of the kernel for each. */
    private static final int MOST_PORTS = 256;

    private static final int HIGHEST_PORT = 65_535;

    static ClientMark of(CriProto.RunPodSandboxRequest asked) {
        List<Port> ports = new ArrayList<>();
        for (CriProto.PortMapping mapping : asked.getConfig().getPortMappingsList()) {
            if (mapping.getHostPort() != 0) {
                ports.add(port(mapping));
            }
        }
        if (ports.size() > MOST_PORTS) {
            throw invalid(
                    "config.port_mappings", "has " + ports.size() + " host ports, at most " + MOST_PORTS + " are");
        }
        return new ClientMark(asked.getRuntimeHandler(), List.copyOf(ports));
    }

    private static Port port(CriProto.PortMapping mapping) {
        String field = "config.port_mappings[" + mapping.getHostPort() + "]";
        if (mapping.getProtocol() == CriProto.Protocol.UNRECOGNIZED) {
            throw invalid(field + ".protocol", "unknown protocol");
        }
        if (mapping.getHostPort() < 0 || mapping.getHostPort() > HIGHEST_PORT) {
            throw invalid(field + ".host_port", mapping.getHostPort() + " is no port");
        }
        if (mapping.getContainerPort() < 1 || mapping.getContainerPort() > HIGHEST_PORT) {
            throw invalid(field + ".container_port", mapping.getContainerPort() + " is no port");
        }
        String hostIp = mapping.getHostIp();
        if (!hostIp.isEmpty()) {
            hostIp = Address.find(hostIp)
                    .filter(address -> !address.isUnspecified())
                    .map(Address::toString)
                    .orElseGet(() -> unspecified(field, mapping.getHostIp()));
        }
        return new Port(
                mapping.getProtocol().name().toLowerCase(Locale.ROOT),
                mapping.getContainerPort(),
                mapping.getHostPort(),
                hostIp);
    }

    private static String unspecified(String field, String hostIp) {
        if (Address.find(hostIp).isEmpty()) {
            throw invalid(field + ".host_ip", "\"" + hostIp + "\" is no address");
        }
        return "";
    }

    /** Of a sandbox that is known; that of an older minik has none. */
    static ClientMark of(Cri.PodSandbox known) {
        String[] words = known.labels().getOrDefault(Cri.CLIENTS, "").split(" ", -1);
        List<Port> ports = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            String[] parts = words[i].split("/", -1);
            ports.add(new Port(parts[0], Integer.parseInt(parts[2]), Integer.parseInt(parts[1]), parts[3]));
        }
        return new ClientMark(words[0], ports);
    }

    Map<String, String> label() {
        StringBuilder text = new StringBuilder(handler);
        ports.forEach(port -> text.append(' ')
                .append(port.protocol())
                .append('/')
                .append(port.hostPort())
                .append('/')
                .append(port.containerPort())
                .append('/')
                .append(port.hostIp()));
        return Map.of(Cri.CLIENTS, text.toString());
    }
}
