package io.minik.server.aggregation;

import io.minik.ground.tls.TlsIdentity;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import java.util.function.Function;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificate by which extension servers know that X-Remote-User is true. Equal ones share their connections: Vert.x' own wrapping
 * of a key manager is another one with each copy, and no connection would be used twice.
 */
public record FrontProxy(TlsIdentity identity) implements KeyCertOptions {
    @Override
    public KeyCertOptions copy() {
        return this;
    }

    @Override
    public KeyManagerFactory getKeyManagerFactory(Vertx vertx) throws Exception {
        return KeyCertOptions.wrap(identity).getKeyManagerFactory(vertx);
    }

    @Override
    public @Nullable Function<String, KeyManagerFactory> keyManagerFactoryMapper(Vertx vertx) {
        return null;
    }
}
