package io.minik.server.discovery;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A group version that another server serves.
 *
 * @param resources as its APIResourceList names them, as far as it has been heard of
 * @param stale whether that may be out of date, since the server does not answer
 */
public record RemoteVersion(
        String group, String version, Priorities priorities, List<JsonNode> resources, boolean stale) {}
