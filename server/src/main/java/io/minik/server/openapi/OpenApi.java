package io.minik.server.openapi;

import io.minik.api.schema.Docs;
import io.minik.api.schema.KindRow;
import io.minik.api.schema.Kinds;
import io.minik.api.schema.Schema;
import io.minik.ground.json.Json;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The OpenAPI documents: {@code /openapi/v3} (the index), {@code /openapi/v3/<group version>}, {@code /openapi/v2}.
 *
 * <p>A document is rendered when somebody first asks for it, kept compressed, and let go under memory pressure: an idle
 * cluster holds none. Rendering takes up to some 100 ms of CPU: call {@link #document} on a worker. Thread-safe.
 */
public final class OpenApi {
    public static final String JSON = "application/json";
    /** What old clients ask for, and what upstream answers with: the one has an @, which is not legal in a media type. */
    public static final String PROTOBUF_ASKED = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";

    public static final String PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static final String V2 = "/openapi/v2";

    private static final String INDEX = "/openapi/v3";

    private final Kinds kinds;
    private final String version;
    /** Each is good for as long as its ETag is what its kinds make of it: a group's documents outlive other groups' changes. */
    private final Map<String, SoftReference<Document>> rendered = new ConcurrentHashMap<>();

    private final String hash;
    private volatile Hashes hashes;

    /** @param version what /version says as gitVersion */
    public OpenApi(Kinds kinds, String version) {
        this.kinds = kinds;
        this.version = version;
        this.hash = ofProgram(version);
        this.hashes = hashes(kinds.now());
    }

    /** @param etag strong, with its quotes */
    public record Document(byte[] gzip, String contentType, String etag) {
        /** Uncompressed, for the client that does not accept gzip. */
        public byte[] body() {
            try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(gzip))) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("gunzip of an OpenAPI document", e);
            }
        }
    }

    /** What a document is written by. */
    interface Rendering {
        void to(OpenApiWriter out) throws IOException;
    }

    /** The document in JSON. */
    public Optional<Document> document(String path) {
        return document(path, JSON);
    }

    /**
     * @param path without query, {@code /openapi/v3/apis/apps/v1}; empty if there is no such document
     * @param accept the request's header: version 2 is also there in protobuf
     */
    public Optional<Document> document(String path, String accept) {
        return document(path, accept, Foreign.NONE);
    }

    /** @param foreign what version 2 is to tell of other servers */
    public Optional<Document> document(String path, String accept, Foreign foreign) {
        String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
        boolean protobuf = plain.equals(V2) && (accept.contains(PROTOBUF_ASKED) || accept.contains(PROTOBUF));
        String key = protobuf ? PROTOBUF : plain;
        SoftReference<Document> kept = rendered.get(key);
        Document present = kept == null ? null : kept.get();
        Schema schema = kinds.now();
        if (present != null && present.etag().equals(etag(key, schema, foreign))) {
            return Optional.of(present);
        }
        Optional<Document> made = render(key, schema, foreign);
        made.ifPresent(document -> rendered.put(key, new SoftReference<>(document)));
        return made;
    }

    private Optional<Document> render(String path, Schema schema, Foreign foreign) {
        if (path.equals(INDEX)) {
            return Optional.of(write(path, schema, out -> index(out, schema)));
        }
        if (path.equals(PROTOBUF)) {
            return Optional.of(protobuf(schema, foreign));
        }
        if (path.equals(V2)) {
            PathsDocument all = new PathsDocument(schema.kinds(), version, schema, foreign);
            Document own = write(path, schema, all::to);
            return Optional.of(new Document(own.gzip(), own.contentType(), etag(path, schema, foreign)));
        }
        if (!path.startsWith(INDEX + "/")) {
            return Optional.empty();
        }
        String group = path.substring(INDEX.length() + 1);
        List<KindRow> rows = groups(schema).get(group);
        if (rows == null) {
            return Optional.empty();
        }
        return Optional.of(write(path, schema, new PathsDocument(rows, version, schema)::to));
    }

    private Document write(String path, Schema schema, Rendering rendering) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * 1024);
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes);
                OpenApiWriter out = new OpenApiWriter(gzip, schema, Docs.load(), path.equals(V2))) {
            rendering.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("rendering " + path, e);
        }
        return new Document(bytes.toByteArray(), JSON, etag(path, schema));
    }

    private Document protobuf(Schema schema, Foreign foreign) {
        byte[] json = render(V2, schema, foreign).orElseThrow().body();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 * 1024);
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(GnosticDocument.of(Json.parse(json)));
        } catch (IOException e) {
            throw new UncheckedIOException("rendering " + PROTOBUF, e);
        }
        return new Document(bytes.toByteArray(), PROTOBUF, etag(PROTOBUF, schema, foreign));
    }

    private void index(OpenApiWriter out, Schema schema) throws IOException {
        out.open();
        out.open("paths");
        for (String group : groups(schema).keySet()) {
            String path = INDEX + "/" + group;
            out.open(group);
            out.put("serverRelativeURL", path + "?hash=" + hash(path, schema));
            out.end();
        }
        out.end();
        out.end();
    }

    /** Rows by the path of their group version: {@code api/v1}, {@code apis/apps/v1}. */
    private static Map<String, List<KindRow>> groups(Schema schema) {
        Map<String, List<KindRow>> groups = new TreeMap<>();
        for (KindRow row : schema.kinds()) {
            groups.computeIfAbsent(row.resource().basePath().substring(1), g -> new ArrayList<>())
                    .add(row);
        }
        return new LinkedHashMap<>(groups);
    }

    private String etag(String path, Schema schema, Foreign foreign) {
        String own = etag(path, schema);
        boolean merged = !foreign.isEmpty() && (path.equals(V2) || path.equals(PROTOBUF));
        return merged ? own.substring(0, own.length() - 1) + Integer.toHexString(foreign.hashCode()) + "\"" : own;
    }

    private String etag(String path, Schema schema) {
        return "\"" + hash(path, schema) + (path.equals(PROTOBUF) ? "-pb" : "") + "\"";
    }

    private String hash(String path, Schema schema) {
        Hashes present = hashes;
        if (present.of != schema) {
            present = hashes(schema);
            hashes = present;
        }
        return hash + present.byPath.getOrDefault(path.startsWith(INDEX + "/") ? path : INDEX, "");
    }

    /** What the kinds that were added say of themselves, by document: it stays the same over a restart. */
    private record Hashes(Schema of, Map<String, String> byPath) {}

    private static Hashes hashes(Schema schema) {
        Map<String, CRC32> sums = new HashMap<>();
        for (KindRow row : schema.kinds()) {
            if (row.added().isPresent()) {
                byte[] said = row.toString().getBytes(StandardCharsets.UTF_8);
                for (String path : List.of(INDEX, INDEX + row.resource().basePath())) {
                    sums.computeIfAbsent(path, unused -> new CRC32()).update(said);
                }
            }
        }
        Map<String, String> byPath = new HashMap<>();
        sums.forEach((path, sum) -> byPath.put(path, Long.toHexString(sum.getValue())));
        return new Hashes(schema, byPath);
    }

    /** Changes when the schema, the descriptions or this program's version change. */
    private static String ofProgram(String version) {
        CRC32 crc = new CRC32();
        crc.update(version.getBytes(StandardCharsets.UTF_8));
        for (String resource : List.of("schema.bin", "schema-docs.bin")) {
            try (InputStream in = Schema.class.getResourceAsStream(resource)) {
                if (in != null) {
                    crc.update(in.readAllBytes());
                }
            } catch (IOException e) {
                throw new UncheckedIOException("reading " + resource, e);
            }
        }
        return Long.toHexString(crc.getValue());
    }
}
