package io.minik.inttest.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Single requests by fabric8's transport, which signs in as its kubeconfig says: paths, JSON bodies, codes and answers. */
final class Api {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String MERGE = "application/merge-patch+json";
    static final String STRATEGIC = "application/strategic-merge-patch+json";
    static final String JSON_PATCH = "application/json-patch+json";
    static final String APPLY = "application/apply-patch+yaml";

    static final int OK = 200;
    static final int CREATED = 201;
    static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int NOT_ACCEPTABLE = 406;
    static final int CONFLICT = 409;
    static final int GONE = 410;
    static final int INVALID = 422;

    private static final int ANSWER_SECONDS = 30;
    private static final String PLAIN = "application/json";

    private final KubernetesClient client;

    Api(KubernetesClient client) {
        this.client = client;
    }

    KubernetesClient client() {
        return client;
    }

    HttpClient http() {
        return client.getHttpClient();
    }

    String url(String path) {
        String server = client.getMasterUrl().toString();
        return (server.endsWith("/") ? server.substring(0, server.length() - 1) : server) + path;
    }

    /** What came back. The body is what it says, or text where it is no JSON. */
    record Answer(int code, JsonNode body, HttpResponse<String> response) {
        Answer expect(int wanted) {
            if (code != wanted) {
                throw new NotSo("code " + code + " instead of " + wanted + ": " + body);
            }
            return this;
        }

        JsonNode ok() {
            if (code < OK || code >= OK + 100) {
                throw new NotSo("code " + code + ": " + body);
            }
            return body;
        }

        String message() {
            return body.path("message").asText();
        }

        String header(String name) {
            String value = response.header(name);
            return value == null ? "" : value;
        }
    }

    Answer get(String path) {
        return send("GET", path, PLAIN, "", "Accept", PLAIN);
    }

    Answer get(String path, String accept) {
        return send("GET", path, PLAIN, "", "Accept", accept);
    }

    /** As the bearer of this token, over a connection that shows no certificate. */
    Answer getAs(String token, String path) {
        Config theirs = new ConfigBuilder()
                .withAutoConfigure(false)
                .withMasterUrl(client.getConfiguration().getMasterUrl())
                .withCaCertData(client.getConfiguration().getCaCertData())
                .withOauthToken(token)
                .build();
        try (KubernetesClient bearer =
                new KubernetesClientBuilder().withConfig(theirs).build()) {
            return new Api(bearer).get(path);
        }
    }

    Answer post(String path, String body) {
        return send("POST", path, PLAIN, body, "Accept", PLAIN);
    }

    Answer put(String path, JsonNode body) {
        return send("PUT", path, PLAIN, body.toString(), "Accept", PLAIN);
    }

    Answer patch(String path, String type, String body) {
        return send("PATCH", path, type, body, "Accept", PLAIN);
    }

    Answer merge(String path, String body) {
        return patch(path, MERGE, body);
    }

    Answer delete(String path) {
        return send("DELETE", path, PLAIN, "", "Accept", PLAIN);
    }

    Answer delete(String path, String options) {
        return send("DELETE", path, PLAIN, options, "Accept", PLAIN);
    }

    Answer send(String method, String path, String type, String body, String header, String value) {
        HttpRequest.Builder request =
                http().newHttpRequestBuilder().uri(url(path)).header(header, value);
        if (method.equals("GET") || (body.isEmpty() && method.equals("DELETE"))) {
            request.method(method, type, null);
        } else {
            request.method(method, type, body);
        }
        try {
            HttpResponse<String> response =
                    http().sendAsync(request.build(), String.class).get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return new Answer(response.code(), tree(response.body()), response);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotSo("interrupted: " + method + " " + path);
        } catch (ExecutionException | TimeoutException e) {
            throw new NotSo(method + " " + path + ": " + e);
        }
    }

    static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return JSON.getNodeFactory().textNode(text);
        }
    }

    /** With ' for ", as the bodies here are written. */
    @SuppressWarnings("AnnotateFormatMethod") // The tests' own dependencies have no such annotation.
    static String json(String text, Object... arguments) {
        return text.formatted(arguments).replace('\'', '"');
    }

    /** A step of a behaviour that did not hold. */
    static final class NotSo extends RuntimeException {
        NotSo(String message) {
            super(message);
        }
    }
}
