package io.minik.server.registry;

import io.minik.api.object.KubeObject;
import java.util.List;
import java.util.Optional;

/**
 * One page of a list.
 *
 * @param continueToken empty at the end
 * @param remaining how many more there are, where that is known without looking (no selector)
 */
public record Listing(
        String apiVersion,
        String kind,
        String resourceVersion,
        String continueToken,
        Optional<Long> remaining,
        List<KubeObject> items) {}
