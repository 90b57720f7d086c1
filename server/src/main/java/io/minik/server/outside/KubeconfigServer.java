package io.minik.server.outside;

/**
 * The cluster and the user of a kubeconfig's present context.
 *
 * @param url https or http
 * @param caPem empty: the system's authorities
 * @param certificatePem empty: none is shown
 * @param token empty: none is said
 */
public record KubeconfigServer(String url, String caPem, String certificatePem, String keyPem, String token) {}
