package io.minik.api.cel;

/** An expression that is none, in cel-go's words with the place of each fault. */
public final class CompileFault extends Exception {
    CompileFault(String message) {
        super(message, null, false, false);
    }

    public String words() {
        return String.valueOf(getMessage());
    }

    /** The same behind what apiserver says before it. */
    public String told() {
        return (words().startsWith("program") ? "" : "compilation failed: ") + words();
    }
}
