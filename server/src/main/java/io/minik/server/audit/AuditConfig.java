package io.minik.server.audit;

import io.minik.server.outside.KubeconfigServer;
import java.util.Optional;

/**
 * What the wiring decides about auditing.
 *
 * @param file empty: no log
 * @param webhook empty: none
 */
public record AuditConfig(AuditPolicy policy, Optional<LogFile> file, Optional<KubeconfigServer> webhook) {
    public static final AuditConfig NONE = new AuditConfig(AuditPolicy.METADATA, Optional.empty(), Optional.empty());

    /** Whether requests wait for what is told of them. */
    public enum Mode {
        /** They never do: what does not fit is dropped. */
        BATCH,
        /** Each event is in the file before the request goes on. */
        BLOCKING,
        /** And a request of which nothing can be told is refused. */
        BLOCKING_STRICT
    }

    /**
     * @param maxAgeDays older files go, 0: none
     * @param maxBackups more files go, 0: none
     * @param maxSizeBytes a larger file is put aside
     */
    public record LogFile(String path, int maxAgeDays, int maxBackups, long maxSizeBytes, Mode mode) {}

    public boolean isOn() {
        return file.isPresent() || webhook.isPresent();
    }
}
