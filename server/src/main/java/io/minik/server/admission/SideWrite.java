package io.minik.server.admission;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.ObjectKey;
import java.util.Optional;

/**
 * A change of another object that must happen in the same transaction as the request's own, or not at all: a quota's
 * usage, an IPAddress.
 *
 * @param expectedVersion the resourceVersion that the decision was made on; empty: it must not exist. If that no longer
 *     holds the whole request is decided again
 * @param tree its new state, empty to delete it
 */
public record SideWrite(Resource resource, ObjectKey key, String expectedVersion, Optional<ObjectNode> tree) {}
