package io.minik.server.pki;

import io.minik.ground.tls.LeafLifetime;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What the certificates must say.
 *
 * @param clusterDomain {@code cluster.local}
 * @param serviceIps first address of each service range: the kubernetes Service's, 10.43.0.1
 * @param hostName of this server
 * @param nodeIps addresses that clients reach this server by
 * @param tlsSans more names and addresses for the serving certificate (--tls-san)
 * @param lifetime of all certificates but the authorities'
 */
public record PkiConfig(
        String clusterDomain,
        List<String> serviceIps,
        String hostName,
        List<String> nodeIps,
        List<String> tlsSans,
        LeafLifetime lifetime,
        InstantSource clock) {

    /** With certificates of a year. */
    public PkiConfig(
            String clusterDomain,
            List<String> serviceIps,
            String hostName,
            List<String> nodeIps,
            List<String> tlsSans,
            InstantSource clock) {
        this(clusterDomain, serviceIps, hostName, nodeIps, tlsSans, LeafLifetime.YEAR, clock);
    }

    public static PkiConfig of(
            String clusterDomain,
            List<String> serviceIps,
            String hostName,
            List<String> nodeIps,
            List<String> tlsSans) {
        return new PkiConfig(clusterDomain, serviceIps, hostName, nodeIps, tlsSans, InstantSource.system());
    }

    /** The same, with certificates that live so long. */
    public PkiConfig living(LeafLifetime other) {
        return new PkiConfig(clusterDomain, serviceIps, hostName, nodeIps, tlsSans, other, clock);
    }

    List<String> apiServerNames() {
        List<String> names = new ArrayList<>(List.of(
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
                "kubernetes.default.svc." + clusterDomain,
                "localhost",
                "127.0.0.1",
                "::1"));
        names.addAll(serviceIps);
        names.add(hostName);
        names.addAll(nodeIps);
        names.addAll(tlsSans);
        return names;
    }

    List<String> etcdNames() {
        List<String> names = new ArrayList<>(List.of("localhost", "127.0.0.1", "::1", hostName));
        names.addAll(nodeIps);
        names.addAll(tlsSans);
        return names;
    }
}
