package io.minik.server.flowcontrol;

/** Whose a request is: those of one flow wait for each other. @param schema by which it got there */
public record RequestFlow(FlowSpec schema, LevelSpec level, String distinguisher) {
    /** For the answer's header. */
    public String schemaUid() {
        return schema.uid();
    }

    /** In the same way. */
    public String levelUid() {
        return level.uid();
    }

    long hash() {
        return mixed(schema.name().hashCode() * 31L + distinguisher.hashCode());
    }

    /** Every bit of what it came from counts in each of its own: a hand of queues is dealt by it. */
    private static long mixed(long value) {
        long mixed = value * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8FEB86659FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
