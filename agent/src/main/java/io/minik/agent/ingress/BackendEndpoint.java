package io.minik.agent.ingress;

/** @param host an address */
record BackendEndpoint(String host, int port) {
    /** In a sticky client's cookie: says nothing of the address to who reads it, and is the same on each node (FNV-1a, 64 bits). */
    String tag() {
        long hash = 0xcbf29ce484222325L;
        String text = this.toString();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return Long.toHexString(hash);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
