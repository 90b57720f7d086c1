package io.minik.cli.log;

import io.vertx.core.VertxException;
import java.io.Serial;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;
import org.slf4j.event.DefaultLoggingEvent;
import org.slf4j.event.KeyValuePair;
import org.slf4j.event.Level;
import org.slf4j.event.LoggingEvent;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.spi.LoggingEventAware;

/** Writes each event as one line to standard error, or to a file. Thread-safe: a line is one print. */
final class LineLogger extends LegacyAbstractLogger implements LoggingEventAware {
    private static final InstantSource CLOCK = InstantSource.system();

    @Serial
    private static final long serialVersionUID = 1L;

    /** Libraries that say much at INFO and DEBUG that nobody who runs a cluster acts upon. */
    private static final Set<String> QUIET = Set.of("io.netty", "io.vertx", "org.mapdb");

    private static final int MAX_STACK_FRAMES = 40;
    private static final int MOST_CAUSES = 20;

    /** Of one text: what a client sent is told with where it begins. */
    private static final int MOST_CHARACTERS = 8192;

    /** The controls that terminals also take commands by, beside those below the space. */
    private static final char DELETE = 0x7f;

    private static final char LAST_CONTROL = 0x9f;

    private final boolean quiet;

    LineLogger(String name) {
        this.name = name;
        this.quiet = QUIET.stream().anyMatch(name::startsWith);
    }

    private boolean enabled(Level level) {
        Level threshold = quiet ? LogSettings.quieter() : LogSettings.level();
        return level.toInt() >= threshold.toInt();
    }

    @Override
    public void log(LoggingEvent event) {
        if (!enabled(event.getLevel())) {
            return;
        }
        String message = MessageFormatter.basicArrayFormat(event.getMessage(), event.getArgumentArray());
        List<KeyValuePair> pairs = event.getKeyValuePairs() == null ? List.of() : event.getKeyValuePairs();
        write(event.getLevel(), message == null ? "" : message, pairs, event.getThrowable());
    }

    @Override
    protected void handleNormalizedLoggingCall(
            Level level,
            @Nullable Marker marker,
            String pattern,
            Object @Nullable [] arguments,
            @Nullable Throwable throwable) {
        DefaultLoggingEvent event = new DefaultLoggingEvent(level, this);
        event.setMessage(pattern);
        if (arguments != null) {
            event.addArguments(arguments);
        }
        if (throwable != null) {
            event.setThrowable(throwable);
        }
        log(event);
    }

    private void write(Level level, String message, List<KeyValuePair> pairs, @Nullable Throwable error) {
        StringBuilder line = new StringBuilder(160);
        String time = CLOCK.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        String shortName = name.substring(name.lastIndexOf('.') + 1);
        if (LogSettings.json()) {
            line.append("{\"time\":\"").append(time).append("\",\"level\":\"").append(word(level));
            line.append("\",\"logger\":");
            quote(line, shortName);
            line.append(",\"msg\":");
            quote(line, message);
            for (KeyValuePair pair : pairs) {
                line.append(',');
                quote(line, pair.key);
                line.append(':');
                quote(line, String.valueOf(pair.value));
            }
            if (error != null) {
                line.append(",\"err\":");
                quote(line, describe(error));
            }
            line.append("}\n");
        } else {
            line.append(time).append(' ').append(word(level)).append(' ').append(shortName);
            line.append(' ');
            escape(line, message, false);
            for (KeyValuePair pair : pairs) {
                line.append(' ').append(pair.key).append('=');
                value(line, String.valueOf(pair.value));
            }
            if (error != null) {
                line.append(" err=");
                value(line, describe(error));
            }
            line.append('\n');
        }
        LogSettings.print(line.toString());
    }

    /** Message of the whole cause chain; frames only where the cause is a bug (unchecked and not ours to expect) or at debug. */
    private static String describe(Throwable error) {
        StringBuilder text = new StringBuilder();
        int causes = 0;
        // Causes may go round in a circle.
        for (Throwable t = error; t != null && causes++ < MOST_CAUSES; t = t.getCause()) {
            text.append(text.isEmpty() ? "" : ": ").append(t);
        }
        boolean bug = error instanceof NullPointerException
                || error instanceof IllegalStateException
                || error instanceof ClassCastException
                || error instanceof IndexOutOfBoundsException
                // Its frames are those of who holds an event loop.
                || error instanceof VertxException
                || error instanceof Error;
        if (bug || LogSettings.level().toInt() <= Level.DEBUG.toInt()) {
            int frames = 0;
            for (StackTraceElement frame : error.getStackTrace()) {
                if (frames++ == MAX_STACK_FRAMES) {
                    break;
                }
                text.append(" | ").append(frame);
            }
        }
        return text.toString();
    }

    private static String word(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static void value(StringBuilder line, String value) {
        boolean plain = !value.isEmpty();
        for (int i = 0; plain && i < value.length(); i++) {
            char c = value.charAt(i);
            plain = c > ' ' && c != '"' && c != '=' && !isControl(c);
        }
        if (plain && value.length() <= MOST_CHARACTERS) {
            line.append(value);
        } else {
            quote(line, value);
        }
    }

    private static boolean isControl(char c) {
        return c < ' ' || (c >= DELETE && c <= LAST_CONTROL) || c == '\u2028' || c == '\u2029';
    }

    private static void quote(StringBuilder line, String value) {
        line.append('"');
        escape(line, value, true);
        line.append('"');
    }

    /** No text ends its line, or says anything to a terminal. @param quoted its quotes are escaped, too */
    private static void escape(StringBuilder line, String value, boolean quoted) {
        for (int i = 0; i < Math.min(value.length(), MOST_CHARACTERS); i++) {
            char c = value.charAt(i);
            if (quoted && (c == '"' || c == '\\')) {
                line.append('\\').append(c);
            } else if (c == '\n') {
                line.append("\\n");
            } else if (isControl(c)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        if (value.length() > MOST_CHARACTERS) {
            line.append("… (").append(value.length()).append(" characters)");
        }
    }

    @Override
    protected @Nullable String getFullyQualifiedCallerName() {
        return null;
    }

    @Override
    public boolean isTraceEnabled() {
        return enabled(Level.TRACE);
    }

    @Override
    public boolean isDebugEnabled() {
        return enabled(Level.DEBUG);
    }

    @Override
    public boolean isInfoEnabled() {
        return enabled(Level.INFO);
    }

    @Override
    public boolean isWarnEnabled() {
        return enabled(Level.WARN);
    }

    @Override
    public boolean isErrorEnabled() {
        return enabled(Level.ERROR);
    }
}
