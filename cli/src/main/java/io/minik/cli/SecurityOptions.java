package io.minik.cli;

import io.minik.server.podsecurity.PodSecurityConfig;
import java.nio.file.Path;
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
        podSecurity();
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
                : AdmissionFile.podSecurity(Path.of(admissionConfigFile));
    }
}
