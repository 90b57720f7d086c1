package io.minik.cli;

import io.minik.server.admission.AdmissionPlugins;
import io.minik.server.audit.AuditConfig;
import io.minik.server.audit.AuditPolicy;
import io.minik.server.podsecurity.PodSecurityConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Options of the API server that say what is written down of requests, how it is stored, and what is let in. */
final class SecurityOptions {
    @Option(
            names = "--audit-log-path",
            paramLabel = "FILE",
            defaultValue = "",
            description = "write an audit.k8s.io/v1 event per request, as JSON lines (default: none)")
    String auditLogPath = "";

    @Option(
            names = "--audit-policy-file",
            paramLabel = "FILE",
            defaultValue = "",
            description =
                    "audit.k8s.io/v1 Policy: what is told of which requests (default: all of them, without bodies)")
    String auditPolicyFile = "";

    @Option(
            names = "--audit-log-maxsize",
            paramLabel = "MB",
            defaultValue = "100",
            description = "put the audit log aside when it is so large (default ${DEFAULT-VALUE})")
    int auditLogMaxSizeMb = 100;

    @Option(
            names = "--audit-log-maxbackup",
            paramLabel = "FILES",
            defaultValue = "0",
            description = "how many of those stay, 0 = all (default ${DEFAULT-VALUE})")
    int auditLogMaxBackup;

    @Option(
            names = "--audit-log-maxage",
            paramLabel = "DAYS",
            defaultValue = "0",
            description = "how long those stay, 0 = for ever (default ${DEFAULT-VALUE})")
    int auditLogMaxAgeDays;

    @Option(
            names = "--audit-log-format",
            paramLabel = "FORMAT",
            defaultValue = "json",
            description = "json: an event a line (default ${DEFAULT-VALUE})")
    String auditLogFormat = "json";

    @Option(
            names = "--audit-log-mode",
            paramLabel = "MODE",
            defaultValue = "batch",
            description =
                    "batch: no request waits; blocking: each waits until its events are written; blocking-strict: and"
                            + " is refused if they can't be (default ${DEFAULT-VALUE})")
    String auditLogMode = "batch";

    @Option(
            names = "--audit-webhook-config-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "kubeconfig of a server that audit events are posted to, in batches (default: none)")
    String auditWebhookFile = "";

    @Option(
            names = "--encryption-provider-config",
            paramLabel = "FILE",
            defaultValue = "",
            description = "EncryptionConfiguration: which resources are stored encrypted, and how (default: none)")
    String encryptionConfigFile = "";

    @Option(
            names = "--encryption-provider-config-automatic-reload",
            description = "follow changes of that file, within a minute")
    boolean encryptionConfigReload;

    @Option(
            names = "--secrets-encryption",
            description = "store Secrets encrypted, with a key that minik makes (DATA-DIR/server/encryption.json); on a"
                    + " running server: minik secrets-encrypt")
    boolean secretsEncryption;

    @Option(
            names = "--admission-control-config-file",
            paramLabel = "FILE",
            defaultValue = "",
            description = "AdmissionConfiguration for PodSecurity: defaults and exemptions (default: nobody is held to"
                    + " anything but by a namespace's labels)")
    String admissionConfigFile = "";

    @Option(
            names = "--enable-admission-plugins",
            paramLabel = "NAME",
            split = ",",
            description =
                    "further admission plugins: AlwaysPullImages, DenyServiceExternalIPs, ExtendedResourceToleration,"
                            + " TaintNodesByCondition")
    List<String> enabledPlugins = new ArrayList<>();

    @Option(
            names = "--disable-admission-plugins",
            paramLabel = "NAME",
            split = ",",
            description = "admission plugins to leave out, by kube-apiserver's names")
    List<String> disabledPlugins = new ArrayList<>();

    /** @throws StartFailure naming the option */
    AdmissionPlugins plugins() {
        try {
            return AdmissionPlugins.of(enabledPlugins, disabledPlugins);
        } catch (IllegalArgumentException e) {
            throw new StartFailure("--" + e.getMessage(), e);
        }
    }

    /** @throws StartFailure naming the option */
    void check() {
        if (!auditLogPath.isEmpty()) {
            auditLogPath = new Flag("--audit-log-path")
                    .fileOfDirectory(Path.of(auditLogPath))
                    .toString();
        }
        if (!admissionConfigFile.isEmpty()) {
            admissionConfigFile = new Flag("--admission-control-config-file")
                    .file(Path.of(admissionConfigFile))
                    .toString();
        }
        encryption();
        audit();
        podSecurity();
        plugins();
    }

    /** @throws StartFailure naming the flag */
    AuditConfig audit() {
        new Flag("--audit-log-maxsize").atLeast(1, auditLogMaxSizeMb, "megabytes");
        new Flag("--audit-log-maxbackup").atLeast(0, auditLogMaxBackup, "0 keeps all");
        new Flag("--audit-log-maxage").atLeast(0, auditLogMaxAgeDays, "0 keeps them for ever");
        if (!auditLogFormat.equals("json")) {
            throw new Flag("--audit-log-format").wrong(auditLogFormat, "is not served: json is");
        }
        AuditConfig.Mode mode =
                switch (auditLogMode) {
                    case "batch" -> AuditConfig.Mode.BATCH;
                    case "blocking" -> AuditConfig.Mode.BLOCKING;
                    case "blocking-strict" -> AuditConfig.Mode.BLOCKING_STRICT;
                    default ->
                        throw new Flag("--audit-log-mode")
                                .wrong(auditLogMode, "is none of batch, blocking, blocking-strict");
                };
        Optional<AuditConfig.LogFile> file = auditLogPath.isEmpty()
                ? Optional.empty()
                : Optional.of(new AuditConfig.LogFile(
                        auditLogPath, auditLogMaxAgeDays, auditLogMaxBackup, (long) auditLogMaxSizeMb << 20, mode));
        return new AuditConfig(
                auditPolicyFile.isEmpty()
                        ? AuditPolicy.METADATA
                        : ConfigFile.read(
                                "--audit-policy-file",
                                new Flag("--audit-policy-file").file(Path.of(auditPolicyFile)),
                                AuditPolicy::parse),
                file,
                auditWebhookFile.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Kubeconfigs(
                                        "--audit-webhook-config-file",
                                        new Flag("--audit-webhook-config-file").file(Path.of(auditWebhookFile)))
                                .server()));
    }

    private void encryption() {
        if (encryptionConfigFile.isEmpty()) {
            return;
        }
        Flag flag = new Flag("--encryption-provider-config");
        encryptionConfigFile = flag.file(Path.of(encryptionConfigFile)).toString();
        if (secretsEncryption) {
            throw flag.wrong(encryptionConfigFile, "and --secrets-encryption say the same in two ways: give one");
        }
    }

    /** @throws StartFailure naming the flag */
    PodSecurityConfig podSecurity() {
        return admissionConfigFile.isEmpty()
                ? PodSecurityConfig.NONE
                : ConfigFile.read(
                        "--admission-control-config-file", Path.of(admissionConfigFile), PodSecurityConfig::parse);
    }
}
