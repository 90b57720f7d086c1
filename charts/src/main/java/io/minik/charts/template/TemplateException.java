package io.minik.charts.template;

/** A template that can't be parsed or that failed; its message names file, line and column where they are known. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean located;

    public TemplateException(String message) {
        this(message, false);
    }

    private TemplateException(String message, boolean located) {
        super(message, null, false, false);
        this.located = located;
    }

    static TemplateException at(String message) {
        return new TemplateException(message, true);
    }

    /** Whether the message says already where it was. */
    public boolean isLocated() {
        return located;
    }
}
