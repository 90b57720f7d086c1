package io.minik.store.remote;

import io.minik.store.StoreException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where one member of an etcd cluster listens for clients. */
public record EtcdEndpoint(boolean tls, String host, int port) {
    private static final int ETCD_PORT = 2379;

    /** What k3s also takes, and minik does not: a relational database under kine. */
    private static final List<String> DATABASES =
            List.of("mysql", "postgres", "postgresql", "sqlite", "nats", "mssql", "dqlite");

    /** What a datastore's URLs say: where its members are, and who asks them. */
    public record Parsed(List<EtcdEndpoint> endpoints, String user, String password) {}

    /**
     * @param text URLs with commas between them, as k3s' --datastore-endpoint has them; the first may name user and password
     * @throws StoreException.Invalid with words for whoever gave it
     */
    public static Parsed parse(String text) {
        List<EtcdEndpoint> endpoints = new ArrayList<>();
        String credentials = "";
        for (String each : text.split(",")) {
            URI uri = uri(each.strip());
            endpoints.add(of(uri));
            String said = uri.getUserInfo() == null ? "" : uri.getUserInfo();
            if (!said.isEmpty() && !credentials.isEmpty() && !said.equals(credentials)) {
                throw new StoreException.Invalid("its URLs name two users: one of them is enough");
            }
            credentials = credentials.isEmpty() ? said : credentials;
        }
        if (endpoints.stream().map(EtcdEndpoint::tls).distinct().count() > 1) {
            throw new StoreException.Invalid("http:// and https:// can't be mixed");
        }
        int colon = credentials.indexOf(':');
        return colon < 0
                ? new Parsed(endpoints, credentials, "")
                : new Parsed(endpoints, credentials.substring(0, colon), credentials.substring(colon + 1));
    }

    private static URI uri(String text) {
        try {
            // "scheme://" is looked at first: a database's own syntax, as "tcp(host:3306)", is no URI.
            int end = text.indexOf("://");
            String scheme = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
            if (DATABASES.contains(scheme)) {
                throw new StoreException.Invalid(scheme + ":// is a database under kine, which minik has not: give the"
                        + " URLs of an etcd cluster (https://host:2379,…), or leave it out for the embedded store");
            }
            if (!scheme.equals("http") && !scheme.equals("https")) {
                throw new StoreException.Invalid("\"" + hidden(text) + "\" is no URL of etcd: http://host:port or"
                        + " https://host:port is wanted");
            }
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new StoreException.Invalid("\"" + hidden(text) + "\" is no URL: " + e.getReason());
        }
    }

    /** A password is nobody's to read in a log. */
    private static String hidden(String text) {
        return text.replaceFirst("(?<=://)[^@/]*@", "***@");
    }

    private static EtcdEndpoint of(URI uri) {
        String host = uri.getHost();
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (host == null || !(path.isEmpty() || path.equals("/")) || uri.getQuery() != null) {
            throw new StoreException.Invalid("\"" + hidden(uri.toString())
                    + "\": a host, and perhaps a port, is all that" + " a URL of etcd has");
        }
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new EtcdEndpoint(
                "https".equalsIgnoreCase(uri.getScheme()), plain, uri.getPort() < 0 ? ETCD_PORT : uri.getPort());
    }

    @Override
    public String toString() {
        return (tls ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
