package io.minik.store.etcdauth;

import io.minik.ground.loop.Loop;
import io.minik.ground.password.Bcrypt;
import io.minik.ground.tls.SecretFile;
import io.minik.store.etcdauth.AuthRefusal.Why;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

/** Who may what now, and who has shown his password. On one loop. */
public final class AuthBook {
    /** etcd's, from the last use on. */
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

    /** Each is some hundred bytes; who asks for more has lost the others. */
    private static final int MOST_TOKENS = 10_000;

    /** Each password takes a core some 60 ms. */
    private static final int MOST_PASSWORDS = 32;

    private static final int TOKEN_LETTERS = 16;
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private record Shown(String user, long untilMillis) {}

    private final WorkerExecutor worker;
    private final Path file;
    private final Loop loop;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Shown> tokens = new HashMap<>();
    private AuthState state = AuthState.NONE;
    private Future<Void> last = Future.succeededFuture();
    private long tokenNumber;
    private int passwords;

    /** @param directory of the store, where the state is kept once there is one */
    public AuthBook(WorkerExecutor worker, Path directory, Loop loop) {
        this.worker = worker;
        this.file = directory.resolve(AuthRecords.FILE);
        this.loop = loop;
    }

    /** Fails if what is there can't be read: then nobody may anything. */
    public Future<Void> load() {
        return worker.executeBlocking(() -> SecretFile.read(file).map(this::parse))
                .onSuccess(found -> state = found.orElse(AuthState.NONE))
                .mapEmpty();
    }

    private AuthState parse(String text) {
        try {
            return AuthRecords.parse(text);
        } catch (IllegalArgumentException damaged) {
            throw new IllegalStateException(
                    file + " has the users of the etcd port and can't be read: restore it", damaged);
        }
    }

    public AuthState state() {
        return state;
    }

    /** One after the other, each on disk before it holds. */
    public Future<Void> change(UnaryOperator<AuthState> change) {
        last = last.otherwiseEmpty().compose(before -> {
            AuthState next = change.apply(state);
            if (next.equals(state)) {
                return Future.succeededFuture();
            }
            String text = AuthRecords.text(next);
            return worker.executeBlocking(() -> {
                        SecretFile.write(file, text);
                        return next;
                    })
                    .onSuccess(this::use)
                    .mapEmpty();
        });
        return last;
    }

    private void use(AuthState next) {
        if (next.enabled() != state.enabled()) {
            tokens.clear();
        }
        // Who is gone or has another password must show himself anew.
        tokens.values().removeIf(shown -> {
            AuthState.User now = next.users().get(shown.user());
            AuthState.User before = state.users().get(shown.user());
            return now == null || before == null || !now.hash().equals(before.hash());
        });
        state = next;
    }

    /** bcrypt's hash of a password. */
    public Future<String> hash(String password) {
        byte[] salt = new byte[Bcrypt.SALT_BYTES];
        random.nextBytes(salt);
        return ofPassword(() -> Bcrypt.hash(password.getBytes(StandardCharsets.UTF_8), salt));
    }

    private <T> Future<T> ofPassword(Callable<T> work) {
        if (passwords >= MOST_PASSWORDS) {
            return Future.failedFuture(new AuthRefusal(Why.TOO_MANY));
        }
        passwords++;
        return worker.executeBlocking(work, false).onComplete(done -> passwords--, failed -> passwords--);
    }

    /** @return a token */
    public Future<String> authenticate(String name, String password) {
        if (!state.enabled()) {
            return Future.failedFuture(new AuthRefusal(Why.AUTH_NOT_ENABLED));
        }
        AuthState.User user = state.users().get(name);
        if (user == null) {
            return Future.failedFuture(new AuthRefusal(Why.AUTH_FAILED));
        }
        if (user.noPassword()) {
            return Future.failedFuture(new AuthRefusal(Why.NO_PASSWORD_USER));
        }
        return ofPassword(() -> Bcrypt.matches(password.getBytes(StandardCharsets.UTF_8), user.hash()))
                .map(matches -> {
                    if (!matches || !user.equals(state.users().get(name))) {
                        throw new AuthRefusal(Why.AUTH_FAILED);
                    }
                    return issue(name);
                });
    }

    private String issue(String name) {
        long now = loop.millis();
        tokens.values().removeIf(shown -> shown.untilMillis() <= now);
        if (tokens.size() >= MOST_TOKENS) {
            throw new AuthRefusal(Why.TOO_MANY);
        }
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < TOKEN_LETTERS; i++) {
            token.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        token.append('.').append(++tokenNumber);
        tokens.put(token.toString(), new Shown(name, now + TOKEN_LIFE.toMillis()));
        return token.toString();
    }

    /** Whose token it is, if it is one; it lives on with each use. */
    public Optional<String> userOf(String token) {
        long now = loop.millis();
        Shown shown = tokens.get(token);
        if (shown == null || shown.untilMillis() <= now) {
            tokens.remove(token);
            return Optional.empty();
        }
        tokens.put(token, new Shown(shown.user(), now + TOKEN_LIFE.toMillis()));
        return Optional.of(shown.user());
    }
}
