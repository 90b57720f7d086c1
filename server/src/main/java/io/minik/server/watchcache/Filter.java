package io.minik.server.watchcache;

import io.minik.api.object.KubeObject;
import java.util.function.Predicate;

/**
 * Which objects a list or watch wants.
 *
 * @param scope prefix of the key {@code namespace/name}: {@code ns/} for a namespace, all of it for one object, empty for all
 * @param exact the scope is a whole key
 */
public record Filter(String scope, boolean exact, Predicate<KubeObject> selector) {
    public static final Filter ALL = new Filter("", false, object -> true);

    public static Filter of(String namespace, Predicate<KubeObject> selector) {
        return new Filter(namespace.isEmpty() ? "" : namespace + "/", false, selector);
    }

    /** The one object with this key, if it also matches. */
    public static Filter one(String key, Predicate<KubeObject> selector) {
        return new Filter(key, true, selector);
    }

    public boolean inScope(String key) {
        return exact ? key.equals(scope) : key.startsWith(scope);
    }

    public boolean matches(KubeObject object) {
        return selector.test(object);
    }
}
