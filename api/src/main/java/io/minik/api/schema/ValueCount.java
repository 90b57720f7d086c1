package io.minik.api.schema;

/** The values of one body, counted as they are made, whatever it is written in: a byte or two of it can be one. */
final class ValueCount {
    /**
     * What a value takes while its object is checked and stored, at the worst: in the trees of both, and in the tree of who
     * manages its fields, which is larger than the object where lists have keys.
     */
    private static final int BYTES_EACH = 1600;

    /**
     * An object that may be stored, of at most 1.5 MiB, has seldom a tenth of these; on the smallest heap, of 160 MB, it is half as
     * many.
     */
    static final int MOST = (int) Math.min(200_000, Runtime.getRuntime().maxMemory() / BYTES_EACH);

    /** The body is well formed, but more than we hold. */
    static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany() {
            super(null, null, false, false);
        }
    }

    /** Characters of all texts: a YAML alias repeats one as often as it likes, all else is no longer than its body. */
    private static final int MOST_TEXT = 8 * 1024 * 1024;

    private int made;
    private int text;

    void count() {
        made++;
        if (made > MOST) {
            throw new TooMany();
        }
    }

    /** @throws IllegalArgumentException in upstream's words, if aliases make more of a body than it says */
    void text(String said) {
        text += said.length();
        if (text > MOST_TEXT) {
            throw new IllegalArgumentException("yaml: document contains excessive aliasing");
        }
    }
}
