package io.minik.agent.proxy;

/** Where a service port's traffic may go. @param local on this node */
record Endpoint(String ip, int port, boolean local) {
    /** Address and port in nft's words. */
    String target() {
        return ip + " . " + port;
    }
}
