package io.minik.server.watchcache;

import io.minik.api.object.KubeObject;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Which objects a list or watch wants.
 *
 * @param scope prefix of the key {@code namespace/name}: {@code ns/} for a namespace, all of it for one object, empty for all
 * @param exact the scope is a whole key
 * @param wanted the value of the field that watchers of this resource are found by, if the selector demands one
 */
public record Filter(String scope, boolean exact, Predicate<KubeObject> selector, Optional<Wanted> wanted) {
    public static final Filter ALL = of("", object -> true);

    /** @param of tells the field of any object of the resource */
    public record Wanted(String value, Function<KubeObject, String> of) {}

    public static Filter of(String namespace, Predicate<KubeObject> selector) {
        return new Filter(namespace.isEmpty() ? "" : namespace + "/", false, selector, Optional.empty());
    }

    /** The one object with this key, if it also matches. */
    public static Filter one(String key, Predicate<KubeObject> selector) {
        return new Filter(key, true, selector, Optional.empty());
    }

    /** The same for objects whose field has this value, which the selector also demands. */
    public Filter wanting(Wanted value) {
        return new Filter(scope, exact, selector, Optional.of(value));
    }

    public boolean inScope(String key) {
        return exact ? key.equals(scope) : key.startsWith(scope);
    }

    /** The same for who did not look by scope: the one object's name is not compared again by the selector. */
    public boolean wants(KubeObject object) {
        return (!exact || object.key().toString().equals(scope)) && matches(object);
    }

    public boolean matches(KubeObject object) {
        return selector.test(object);
    }
}
