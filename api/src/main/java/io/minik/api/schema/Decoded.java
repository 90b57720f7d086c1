package io.minik.api.schema;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** @param tree pruned and canonical, the caller's own; @param warnings for Warning headers, in the order found */
public record Decoded(ObjectNode tree, List<String> warnings) {}
