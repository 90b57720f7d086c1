package io.minik.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * {@code registries.yaml} in k3s' form: mirrors with endpoints and rewrites, configs with auth and tls, {@code "*"} for
 * all others. Read again when the file has changed, at the next pull. Blocking.
 */
final class RegistriesFile {
    private static final Logger LOG = LoggerFactory.getLogger(RegistriesFile.class);

    private static final String ANY = "*";
    private static final Registries NONE = new Registries(Map.of(), Map.of());

    /** @param rewrite regular expressions on the repository path, in order */
    record Mirror(List<String> endpoints, Map<String, String> rewrite) {}

    /** Empty strings are "not said". */
    record Tls(String caFile, String certFile, String keyFile, boolean insecureSkipVerify) {
        static final Tls DEFAULT = new Tls("", "", "", false);
    }

    record HostConfig(Optional<Images.Credentials> credentials, Optional<Tls> tls) {
        static final HostConfig NONE = new HostConfig(Optional.empty(), Optional.empty());
    }

    /**
     * Where a repository is asked for.
     *
     * @param base with scheme, host, port and path, without {@code /v2}
     * @param repository path after rewriting
     * @param mirrored whether this is not the registry that the reference names
     */
    record Endpoint(URI base, String repository, HostConfig config, boolean mirrored) {}

    record Registries(Map<String, Mirror> mirrors, Map<String, HostConfig> configs) {
        /** The mirrors in their order, then the registry itself. */
        List<Endpoint> endpoints(Reference reference) throws IOException {
            List<Endpoint> endpoints = new ArrayList<>();
            Mirror mirror = mirrors.getOrDefault(reference.domain(), mirrors.get(ANY));
            if (mirror != null) {
                for (String endpoint : mirror.endpoints()) {
                    URI base = uri(endpoint);
                    endpoints.add(
                            new Endpoint(base, rewritten(reference.path(), mirror), config(base.getAuthority()), true));
                }
            }
            String host = reference.domain().equals("docker.io") ? "registry-1.docker.io" : reference.domain();
            HostConfig config = configs.containsKey(reference.domain()) ? config(reference.domain()) : config(host);
            String scheme = plainHttp(host) && config.tls().isEmpty() ? "http" : "https";
            endpoints.add(new Endpoint(uri(scheme + "://" + host), reference.path(), config, false));
            return endpoints;
        }

        HostConfig config(String authority) {
            return configs.getOrDefault(authority, configs.getOrDefault(ANY, HostConfig.NONE));
        }

        /** A registry on this very machine needs no TLS, as docker and containerd hold it. */
        private static boolean plainHttp(String authority) {
            String host = authority.replaceAll(":[0-9]+$", "");
            return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
        }

        private static String rewritten(String path, Mirror mirror) {
            for (Map.Entry<String, String> rule : mirror.rewrite().entrySet()) {
                String changed = path.replaceFirst(rule.getKey(), rule.getValue());
                if (!changed.equals(path)) {
                    return changed;
                }
            }
            return path;
        }
    }

    private final Path file;
    private Optional<FileTime> readAt = Optional.empty();
    private long readSize;
    private Registries current = NONE;

    RegistriesFile(Path file) {
        this.file = file;
    }

    /** @throws IOException if the file can't be read or says what can't be meant */
    synchronized Registries current() throws IOException {
        if (!Files.exists(file)) {
            current = NONE;
            readAt = Optional.empty();
            return current;
        }
        FileTime modified = Files.getLastModifiedTime(file);
        long size = Files.size(file);
        if (!readAt.equals(Optional.of(modified)) || readSize != size) {
            current = parse(file);
            readAt = Optional.of(modified);
            readSize = size;
            LOG.atInfo()
                    .addKeyValue("file", file)
                    .addKeyValue("mirrors", current.mirrors().size())
                    .log("registries read");
        }
        return current;
    }

    private static Registries parse(Path file) throws IOException {
        Object tree;
        try (InputStream in = Files.newInputStream(file)) {
            tree = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
        } catch (RuntimeException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
        Map<String, Mirror> mirrors = new LinkedHashMap<>();
        map(file, tree, "mirrors").forEach((host, value) -> mirrors.put(host, mirror(value)));
        Map<String, HostConfig> configs = new LinkedHashMap<>();
        for (Map.Entry<String, Object> entry : map(file, tree, "configs").entrySet()) {
            configs.put(entry.getKey(), hostConfig(file, entry.getValue()));
        }
        for (Mirror mirror : mirrors.values()) {
            for (String endpoint : mirror.endpoints()) {
                uri(endpoint);
            }
        }
        return new Registries(mirrors, configs);
    }

    private static Mirror mirror(Object value) {
        List<String> endpoints = new ArrayList<>();
        Map<String, String> rewrite = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> fields) {
            if (fields.get("endpoint") instanceof List<?> list) {
                list.forEach(endpoint -> endpoints.add(String.valueOf(endpoint)));
            }
            if (fields.get("rewrite") instanceof Map<?, ?> rules) {
                rules.forEach((from, to) -> rewrite.put(String.valueOf(from), String.valueOf(to)));
            }
        }
        return new Mirror(endpoints, rewrite);
    }

    private static HostConfig hostConfig(Path file, Object value) throws IOException {
        Map<String, Object> auth = map(file, value, "auth");
        Map<String, Object> tls = map(file, value, "tls");
        Optional<Images.Credentials> credentials = Optional.empty();
        if (!auth.isEmpty()) {
            String user = text(auth, "username");
            String password = text(auth, "password");
            String joined = text(auth, "auth");
            if (!joined.isEmpty()) {
                String decoded = new String(Base64.getDecoder().decode(joined), StandardCharsets.UTF_8);
                int colon = decoded.indexOf(':');
                user = colon < 0 ? decoded : decoded.substring(0, colon);
                password = colon < 0 ? "" : decoded.substring(colon + 1);
            }
            credentials = Optional.of(new Images.Credentials(user, password, text(auth, "identity_token"), ""));
        }
        Optional<Tls> settings = tls.isEmpty()
                ? Optional.empty()
                : Optional.of(new Tls(
                        text(tls, "ca_file"),
                        text(tls, "cert_file"),
                        text(tls, "key_file"),
                        Boolean.TRUE.equals(tls.get("insecure_skip_verify"))));
        return new HostConfig(credentials, settings);
    }

    private static Map<String, Object> map(Path file, Object tree, String field) throws IOException {
        Object value = tree instanceof Map<?, ?> fields ? fields.get(field) : null;
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> fields)) {
            throw new IOException(file + ": " + field + " must be a map");
        }
        Map<String, Object> named = new LinkedHashMap<>();
        fields.forEach((key, child) -> {
            if (child != null) {
                named.put(String.valueOf(key), child);
            }
        });
        return named;
    }

    private static String text(Map<String, Object> fields, String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    private static URI uri(String text) throws IOException {
        String full = text.contains("://") ? text : "https://" + text;
        String plain = full.replaceAll("/+$", "").replaceAll("/v2$", "");
        try {
            URI uri = URI.create(plain);
            if (uri.getHost() == null) {
                throw new IOException("registries.yaml: no host in endpoint " + text);
            }
            return uri;
        } catch (IllegalArgumentException e) {
            throw new IOException("registries.yaml: malformed endpoint " + text, e);
        }
    }
}
