package io.minik.inttest.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The operator's own webhooks: one lets no App be larger than ten, one makes an App of v1alpha1, which has a size, one of v1,
 * which has a capacity, and back.
 */
final class AppReview {
    private static final int LARGEST = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private AppReview() {}

    /** @param keys a PKCS12 file without much of a password */
    static void serve(int port, Path keys) throws IOException, GeneralSecurityException {
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(factory.getKeyManagers(), null, null);
        HttpsServer server = HttpsServer.create(new InetSocketAddress(port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.createContext("/validate", exchange -> answer(exchange, AppReview::review));
        server.createContext("/convert", exchange -> answer(exchange, AppReview::convert));
        server.start();
    }

    private static void answer(HttpExchange exchange, UnaryOperator<JsonNode> response) throws IOException {
        JsonNode asked = JSON.readTree(exchange.getRequestBody());
        ObjectNode answer = JSON.createObjectNode();
        answer.set("apiVersion", asked.path("apiVersion"));
        answer.set("kind", asked.path("kind"));
        ObjectNode said = (ObjectNode) response.apply(asked.path("request"));
        answer.set("response", said.put("uid", asked.path("request").path("uid").asText()));
        byte[] body = JSON.writeValueAsBytes(answer);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static JsonNode review(JsonNode request) {
        JsonNode spec = request.path("object").path("spec");
        int size = Math.max(
                spec.path("size").asInt(), spec.path("capacity").path("size").asInt());
        ObjectNode response = JSON.createObjectNode().put("allowed", size <= LARGEST);
        if (size > LARGEST) {
            response.putObject("status").put("message", "no App is larger than " + LARGEST);
        }
        return response;
    }

    private static JsonNode convert(JsonNode request) {
        ObjectNode response = JSON.createObjectNode();
        response.putObject("result").put("status", "Success");
        ArrayNode made = response.putArray("convertedObjects");
        String wanted = request.path("desiredAPIVersion").asText();
        for (JsonNode object : request.path("objects")) {
            ObjectNode copy = object.deepCopy();
            boolean old = object.path("apiVersion").asText().endsWith("/v1alpha1");
            if (copy.path("spec") instanceof ObjectNode spec && old != wanted.endsWith("/v1alpha1")) {
                if (old) {
                    JsonNode size = spec.remove("size");
                    spec.putObject("capacity").set("size", size == null ? spec.numberNode(0) : size);
                } else {
                    spec.set("size", spec.path("capacity").path("size"));
                    spec.remove("capacity");
                }
            }
            made.add(copy.put("apiVersion", wanted));
        }
        return response;
    }
}
