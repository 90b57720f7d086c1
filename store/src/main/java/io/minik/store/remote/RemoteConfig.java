package io.minik.store.remote;

import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.util.List;
import java.util.Optional;

/**
 * How an etcd cluster is reached.
 *
 * @param trust whose certificates its members show, empty: this machine's own authorities
 * @param identity what is shown to them
 * @param user empty: none, as far as the certificate does not say
 */
public record RemoteConfig(
        List<EtcdEndpoint> endpoints,
        Optional<TrustOptions> trust,
        Optional<KeyCertOptions> identity,
        String user,
        String password) {
    public static RemoteConfig of(List<EtcdEndpoint> endpoints) {
        return new RemoteConfig(endpoints, Optional.empty(), Optional.empty(), "", "");
    }
}
