package io.minik.api.meta;

/**
 * A kind as URLs know it.
 *
 * @param group empty for core
 * @param plural the URL's word: {@code pods}
 */
public record Resource(String group, String version, String plural, String kind, boolean namespaced) {
    /** {@code v1} or {@code apps/v1}. */
    public String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** {@code pods} or {@code deployments.apps}: Kubernetes' GroupResource, as error messages say it. */
    public String groupResource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** {@code /api/v1} or {@code /apps/…}: the path of the group version. */
    public String basePath() {
        return group.isEmpty() ? "/api/" + version : "/apis/" + group + "/" + version;
    }

    @Override
    public String toString() {
        return groupResource();
    }
}
