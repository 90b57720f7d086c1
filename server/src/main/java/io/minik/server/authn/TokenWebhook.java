package io.minik.server.authn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.ground.json.Json;
import io.minik.server.authn.ServiceAccountTokens.Verified;
import io.minik.server.outside.ReviewClient;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks another server who holds a token: authentication.k8s.io TokenReview. What it says is remembered for a while, under a digest of the
 * token. Any thread.
 */
public final class TokenWebhook {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Tokens in use at a time are fewer; what is forgotten is asked again. */
    private static final int MOST_REMEMBERED = 4096;

    /** Who has more groups than this is asked for each time: of all that is remembered it is 64 MiB at most. */
    private static final int LONGEST_REMEMBERED = 16 * 1024;

    private final ReviewClient client;
    private final String version;
    private final Duration remembered;
    private final InstantSource clock;
    /** Guarded by itself; the least recently used goes first. */
    private final Map<String, Known> known = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    private record Known(Optional<Verified> answer, long untilMillis) {}

    /**
     * @param version of the review: v1 or v1beta1
     * @param remembered how long an answer holds; zero: each token is asked for with every request
     */
    public TokenWebhook(ReviewClient client, String version, Duration remembered, InstantSource clock) {
        this.client = client;
        this.version = version;
        this.remembered = remembered;
        this.clock = clock;
    }

    /**
     * @param audiences for one of which the token must be
     * @param own this server's audiences: whoever says nothing of audiences speaks of them alone, as upstream has it
     * @return fails if the server does not say
     */
    Future<Optional<Verified>> verify(String token, List<String> audiences, List<String> own) {
        String key = digest(token, audiences);
        Known before = find(key);
        if (before != null) {
            return Future.succeededFuture(before.answer());
        }
        return client.post(review(token, audiences), TIMEOUT).map(answer -> {
            Optional<Verified> found = verified(answer.path("status"), audiences, own);
            if (found.map(TokenWebhook::length).orElse(0) <= LONGEST_REMEMBERED) {
                synchronized (known) {
                    known.put(key, new Known(found, clock.millis() + remembered.toMillis()));
                }
            }
            return found;
        });
    }

    private @Nullable Known find(String key) {
        synchronized (known) {
            Known before = known.get(key);
            return before != null && before.untilMillis() > clock.millis() ? before : null;
        }
    }

    private ObjectNode review(String token, List<String> audiences) {
        ObjectNode review =
                Json.object().put("kind", "TokenReview").put("apiVersion", "authentication.k8s.io/" + version);
        review.putObject("metadata").putNull("creationTimestamp");
        ObjectNode spec = review.putObject("spec").put("token", token);
        audiences.forEach(spec.putArray("audiences")::add);
        review.putObject("status").putObject("user");
        return review;
    }

    /** Of its text, in characters. */
    private static int length(Verified found) {
        User user = found.user();
        int length = user.name().length() + user.uid().length();
        for (String group : user.groups()) {
            length += group.length();
        }
        for (Map.Entry<String, List<String>> extra : user.extra().entrySet()) {
            length += extra.getKey().length();
            for (String value : extra.getValue()) {
                length += value.length();
            }
        }
        return length;
    }

    /** Whoever says nothing of audiences does not know of them: the token is for this server, and for nobody else. */
    private static Optional<Verified> verified(JsonNode status, List<String> audiences, List<String> own) {
        List<String> meant = new ArrayList<>(audiences);
        List<String> said = Json.stringList(status, "audiences");
        meant.retainAll(said.isEmpty() ? own : said);
        if (!Json.bool(status, "authenticated") || meant.isEmpty()) {
            return Optional.empty();
        }
        JsonNode user = status.path("user");
        List<String> groups = new ArrayList<>(Json.stringList(user, "groups"));
        if (!groups.contains(User.AUTHENTICATED)) {
            groups.add(User.AUTHENTICATED);
        }
        Map<String, List<String>> extra = new LinkedHashMap<>();
        user.path("extra")
                .properties()
                .forEach(entry -> extra.put(entry.getKey(), List.copyOf(Json.stringList(entry.getValue()))));
        return Optional.of(new Verified(
                new User(Json.text(user, "username"), Json.text(user, "uid"), List.copyOf(groups), extra),
                List.copyOf(meant)));
    }

    private static String digest(String token, List<String> audiences) {
        try {
            // With lengths: one audience whose name has a separator in it is not two.
            StringBuilder parts = new StringBuilder();
            audiences.forEach(each -> parts.append(each.length()).append(':').append(each));
            byte[] text = parts.append('/').append(token).toString().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
