package io.minik.ground.tls;

import io.minik.ground.net.Address;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Subject alternative names.
 *
 * @param ips as text
 * @param others how many URIs, e-mail addresses and the like were there: we never write any
 */
public record AltNames(List<String> dns, List<String> ips, int others) {
    public static final AltNames NONE = new AltNames(List.of(), List.of(), 0);

    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final int TAG_DNS = 2;
    private static final int TAG_IP = 7;

    /** Sorts names into addresses and host names; each once, in order; empty ones are skipped. */
    public static AltNames of(Collection<String> names) {
        Set<String> dns = new LinkedHashSet<>();
        Set<String> ips = new LinkedHashSet<>();
        for (String name : names) {
            if (isIp(name)) {
                ips.add(canonicalIp(name));
            } else if (!name.isBlank()) {
                dns.add(name);
            }
        }
        return new AltNames(List.copyOf(dns), List.copyOf(ips), 0);
    }

    public static AltNames of(X509Certificate certificate) {
        List<String> names = new ArrayList<>();
        int others = 0;
        try {
            Collection<List<?>> present = certificate.getSubjectAlternativeNames();
            if (present == null) {
                return NONE;
            }
            for (List<?> name : present) {
                int tag = (Integer) name.get(0);
                if (tag == TAG_DNS || tag == TAG_IP) {
                    names.add((String) name.get(1));
                } else {
                    others++;
                }
            }
        } catch (CertificateParsingException e) {
            throw new X509Exception("alternative names do not parse: " + e.getMessage(), e);
        }
        AltNames sorted = of(names);
        return new AltNames(sorted.dns, sorted.ips, others);
    }

    public boolean isEmpty() {
        return dns.isEmpty() && ips.isEmpty() && others == 0;
    }

    public boolean containsAll(AltNames wanted) {
        return Set.copyOf(dns).containsAll(wanted.dns) && Set.copyOf(ips).containsAll(wanted.ips);
    }

    public AltNames plus(AltNames more) {
        List<String> all = new ArrayList<>(dns);
        all.addAll(ips);
        all.addAll(more.dns);
        all.addAll(more.ips);
        return of(all);
    }

    /** @param der GeneralNames */
    static AltNames parse(byte[] der) {
        List<String> names = new ArrayList<>();
        int others = 0;
        DerReader general =
                new DerReader(der).next(Der.SEQUENCE, "alternative names").open();
        while (general.hasNext()) {
            DerReader.Element name = general.next("alternative name");
            if (name.tag() == Der.CONTEXT + TAG_DNS) {
                names.add(new String(name.content(), StandardCharsets.US_ASCII));
            } else if (name.tag() == Der.CONTEXT + TAG_IP) {
                names.add(ipText(name.content()));
            } else {
                others++;
            }
        }
        AltNames sorted = of(names);
        return new AltNames(sorted.dns, sorted.ips, others);
    }

    byte[] der() {
        List<byte[]> parts = new ArrayList<>();
        for (String name : dns) {
            parts.add(Der.tagged(Der.CONTEXT + TAG_DNS, Der.ascii(name)));
        }
        for (String ip : ips) {
            parts.add(Der.tagged(Der.CONTEXT + TAG_IP, ipBytes(ip)));
        }
        return Der.sequence(parts.toArray(byte[][]::new));
    }

    /** Literal addresses only: never asks DNS. */
    static boolean isIp(String text) {
        return text.indexOf(':') >= 0 || IPV4.matcher(text).matches();
    }

    private static String canonicalIp(String text) {
        return ipText(ipBytes(text));
    }

    private static byte[] ipBytes(String text) {
        return Address.find(text)
                .orElseThrow(() -> new X509Exception("not an IP address: " + text))
                .bytes();
    }

    private static String ipText(byte[] address) {
        try {
            return Address.of(address).toString();
        } catch (IllegalArgumentException e) {
            throw new X509Exception("an IP address of " + address.length + " octets", e);
        }
    }
}
