package io.minik.api.client;

import io.minik.api.object.KubeObject;
import java.util.List;

/** @param continueToken empty at the end of the list */
public record KubeList(String resourceVersion, String continueToken, List<KubeObject> items) {}
