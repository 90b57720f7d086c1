package io.minik.inttest.conformance;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Arguments: a kubeconfig, an image with busybox, and, if not all, a part of the titles to be run. */
public final class Conformance {
    private Conformance() {}

    public static void main(String[] arguments) throws Exception {
        Config config = Config.fromKubeconfig(Files.readString(Path.of(arguments[0])));
        int failures;
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            Run run = new Run(new Api(client), arguments[1], arguments.length > 2 ? arguments[2] : "");
            Jobs.add(run);
            Pods.add(run);
            Cluster.add(run);
            Policies.add(run);
            ApiOperations.add(run);
            Watches.add(run);
            Owners.add(run);
            NamespaceLife.add(run);
            Quotas.add(run);
            Definitions.add(run);
            FieldValidation.add(run);
            Discoveries.add(run);
            Identities.add(run);
            Workloads.add(run);
            failures = run.failures();
        }
        System.exit(failures == 0 ? 0 : 1);
    }
}
