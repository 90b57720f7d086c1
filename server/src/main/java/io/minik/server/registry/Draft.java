package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import io.minik.server.admission.Review;
import io.vertx.core.Future;
import java.util.function.Function;

/**
 * What one attempt makes of the state that it found: the part of a write in which creating, replacing and deleting differ. Lives
 * for one {@link Attempt}'s round; all methods may throw ApiException.
 */
interface Draft {
    /** What admission is asked about. */
    Review review();

    /** After admission's mutations: completes what follows from them, and checks the whole. */
    void settle();

    /** After admission's checks. Complete, unless somebody must be asked for the stored form. */
    Future<End> end();

    /** How a draft ends. */
    sealed interface End {}

    /** Nothing is to be stored. */
    record Answer(Result result) implements End {}

    /** @param answer of the object as it was stored */
    record Commit(Storage.Write write, Function<KubeObject, Future<Result>> answer) implements End {}

    /** Another draft may do better. @param otherwise what is answered if too many did not */
    record Again(RuntimeException otherwise) implements End {}
}
