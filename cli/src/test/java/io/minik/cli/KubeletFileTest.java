package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.agent.kubelet.KubeletSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A KubeletConfiguration: what of it is heeded, what is named, what is refused; docs/kubelet-config.md says the same. */
class KubeletFileTest {
    private static final Path PAGE = Tree.root().resolve("docs/kubelet-config.md");
    private static final String HEAD = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";

    @TempDir
    Path folder = Path.of("");

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private KubeletFile file(String text) throws IOException {
        return KubeletFile.read(List.of(write("kubelet.yaml", HEAD + text)), List.of());
    }

    private NodeOptions options(String text, String... arguments) throws IOException {
        Path config = write("kubelet.yaml", HEAD + text);
        List<String> all = new ArrayList<>(List.of("--kubelet-config", config.toString(), "--join=https://a:6443"));
        all.addAll(List.of(arguments));
        AgentCommand agent = new AgentCommand();
        new CommandLine(agent).parseArgs(all.toArray(String[]::new));
        agent.node.kubelet.read();
        return agent.node;
    }

    @Test
    void keysThatAreOptionsGiveThemTheirValues() throws IOException {
        NodeOptions node = options("""
                maxPods: 42
                port: 11250
                protectKernelDefaults: true
                evictionHard: {memory.available: 300Mi, nodefs.available: 8%}
                evictionSoft: {memory.available: 500Mi}
                evictionSoftGracePeriod: {memory.available: 1m30s}
                kubeReserved: {cpu: 100m, memory: 64Mi}
                systemReserved: {memory: 1Gi}
                enforceNodeAllocatable: [none]
                registerWithTaints: [{key: a, value: b, effect: NoSchedule}, {key: c, effect: NoExecute}]
                staticPodPath: /etc/manifests
                """);
        assertThat(node.maxPods).isEqualTo(42);
        assertThat(node.kubeletPort).isEqualTo(11250);
        assertThat(node.protectKernelDefaults).isTrue();
        assertThat(node.eviction.hard).isEqualTo("memory.available<300Mi,nodefs.available<8%");
        assertThat(node.eviction.soft).isEqualTo("memory.available<500Mi");
        assertThat(node.eviction.graces).isEqualTo("memory.available=1m30s");
        assertThat(node.kubelet.reserved(node.eviction).kube()).isEqualTo(Map.of("cpu", "100m", "memory", "64Mi"));
        assertThat(node.kubelet.enforced()).isFalse();
        assertThat(node.nodeTaints).containsExactly("a=b:NoSchedule", "c:NoExecute");
        assertThat(node.podManifests()).isEqualTo(Path.of("/etc/manifests"));
    }

    @Test
    void anOptionThatIsGivenWins() throws IOException {
        NodeOptions node = options("maxPods: 42\nevictionHard: {pid.available: 5%}\n", "--max-pods=7");
        assertThat(node.maxPods).isEqualTo(7);
        assertThat(node.eviction.hard).isEqualTo("pid.available<5%");
    }

    @Test
    void namedThresholdsAreAllUnlessTheUsualOnesAreAskedForToo() throws IOException {
        NodeOptions node = options("evictionHard: {memory.available: 1Gi}\nmergeDefaultEvictionSettings: true\n");
        assertThat(node.eviction.hard).isEqualTo("memory.available<1Gi,nodefs.available<5%,nodefs.inodesFree<5%");
    }

    @Test
    void everyOtherHeededKeyIsASetting() throws IOException {
        KubeletSettings settings = new KubeletTerms(file("""
                        imageGCHighThresholdPercent: 70
                        imageGCLowThresholdPercent: 60
                        imageMinimumGCAge: 5m
                        imageMaximumGCAge: 24h
                        imagePullCredentialsVerificationPolicy: NeverVerifyAllowlistedImages
                        preloadedImagesVerificationAllowlist: [registry.test/base]
                        crashLoopBackOff: {maxContainerRestartPeriod: 1m}
                        evictionMaxPodGracePeriod: 9
                        shutdownGracePeriod: 30s
                        shutdownGracePeriodCriticalPods: 10s
                        staticPodURL: https://manifests.test/pods
                        staticPodURLHeader: {X-Node: [a, b]}
                        httpCheckFrequency: 1m
                        seccompDefault: true
                        allowedUnsafeSysctls: ["kernel.msg*"]
                        """)).settings();
        assertThat(settings.images().highPercent()).isEqualTo(70);
        assertThat(settings.images().maximumAge()).isEqualTo(Duration.ofHours(24));
        assertThat(settings.images().verification().allowlist()).containsExactly("registry.test/base");
        assertThat(settings.mostCrashBackOff()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.evictionMaxPodGracePeriod()).hasValue(9);
        assertThat(settings.shutdown().whole()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.staticUrl().url()).contains(URI.create("https://manifests.test/pods"));
        assertThat(settings.staticUrl().header()).containsEntry("X-Node", List.of("a", "b"));
        assertThat(settings.staticUrl().every()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.seccompDefault()).isTrue();
        assertThat(settings.unsafeSysctls()).containsExactly("kernel.msg*");
    }

    @Test
    void withoutAFileAllIsAsUpstreamHasIt() {
        assertThat(new KubeletTerms(KubeletFile.NONE).settings()).isEqualTo(KubeletSettings.DEFAULT);
        assertThat(new KubeletTerms(KubeletFile.NONE).logHandler()).isTrue();
    }

    @Test
    void dropInsAreMergedOverTheFileInOrderOfTheirNames() throws IOException {
        Path main = write(
                "kubelet.yaml",
                HEAD + "maxPods: 1\nkubeReserved: {cpu: 1, memory: 1Gi}\n".replace("cpu: 1", "cpu: '1'"));
        Path drops = Files.createDirectory(folder.resolve("conf.d"));
        Files.writeString(drops.resolve("20-b.conf"), HEAD + "maxPods: 3\n");
        Files.writeString(drops.resolve("10-a.conf"), HEAD + "maxPods: 2\nkubeReserved: {memory: 2Gi}\n");
        Files.writeString(drops.resolve("30-c.yaml"), "no configuration");
        assertThat(KubeletFile.read(List.of(main), List.of(drops)).flags())
                .containsEntry("--max-pods", "3")
                .containsEntry("--kube-reserved", "cpu=1,memory=2Gi");
    }

    @Test
    void keysThatChangeNothingHereAreNamed() throws IOException {
        assertThat(file("cgroupDriver: systemd\nmaxPods: 5\nfeatureGates: {A: true}\n")
                        .warnings())
                .containsExactly(
                        "cgroupDriver of the KubeletConfiguration is not heeded: cgroups are made by minik itself",
                        "featureGates of the KubeletConfiguration is not heeded: features are as upstream has them by"
                                + " default in this version");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "maxPod: 5                              | strict decoding error: unknown field \"maxPod\"",
                "crashLoopBackOff: {most: 1s}           | strict decoding error: unknown field \"crashLoopBackOff.most\"",
                "maxPods: many                          | json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32",
                "imageMinimumGCAge: soon                | KubeletConfiguration.imageMinimumGCAge of type Duration",
                "kubeReserved: {cpu: 1}                 | KubeletConfiguration.kubeReserved of type map[string]string",
                "allowedUnsafeSysctls: net              | KubeletConfiguration.allowedUnsafeSysctls of type []string",
            })
    void whatIsNoConfigurationIsRefused(String text, String words) {
        assertThatThrownBy(() -> file(text + "\n"))
                .hasMessageContaining("kubelet.yaml: ")
                .hasMessageContaining(words);
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> file("maxPods: 5\nmaxPods: 6\n")).hasMessageContaining("duplicate key maxPods");
    }

    @Test
    void anotherKindIsRefused() throws IOException {
        Path pod = write("pod.yaml", "apiVersion: v1\nkind: Pod\n");
        assertThatThrownBy(() -> KubeletFile.read(List.of(pod), List.of()))
                .hasMessageContaining("no kind \"Pod\" is registered for version \"v1\"");
        Path none = write("none.yaml", "maxPods: 5\n");
        assertThatThrownBy(() -> KubeletFile.read(List.of(none), List.of()))
                .hasMessageContaining("Object 'Kind' is missing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "imageGCHighThresholdPercent: 101       | imageGCHighThresholdPercent (--image-gc-high-threshold) 101 must be between 0 and 100",
                "imageGCLowThresholdPercent: 90         | 90 must be less than imageGCHighThresholdPercent (--image-gc-high-threshold) 85",
                "imageMaximumGCAge: 1m                  | imageMaximumGCAge 1m0s must be greater than imageMinimumGCAge 2m0s",
                "imagePullCredentialsVerificationPolicy: Perhaps | option \"Perhaps\" specified for imagePullCredentialsVerificationPolicy",
                "preloadedImagesVerificationAllowlist: [a] | can't set `preloadedImagesVerificationAllowlist`",
                "crashLoopBackOff: {maxContainerRestartPeriod: 301s} | (got: 5m1s) must be set between 1s and 5m0s",
                "shutdownGracePeriodCriticalPods: 10s   | shutdownGracePeriod 0s must be >= shutdownGracePeriodCriticalPods 10s",
                "staticPodURL: ftp://a/b                | is no URL of HTTP",
            })
    void whatUpstreamRefusesIsRefused(String text, String words) {
        assertThatThrownBy(() -> new KubeletTerms(file(text + "\n")).settings()).hasMessageContaining(words);
    }

    @Test
    void logsAreRotatedAsItSays() throws IOException {
        KubeletTerms terms = new KubeletTerms(file("containerLogMaxSize: 1Mi\ncontainerLogMaxFiles: 3\n"));
        assertThat(terms.logs().maxBytes()).isEqualTo(1 << 20);
        assertThat(terms.logs().maxFiles()).isEqualTo(3);
        assertThatThrownBy(() -> new KubeletTerms(file("containerLogMaxFiles: 1\n")).logs())
                .hasMessageContaining("containerLogMaxFiles (--container-log-max-files) 1 must be greater than 1");
    }

    @Test
    void theSettingsInForceAreToldAsAConfiguration() throws IOException {
        NodeOptions node = options("maxPods: 9\ncrashLoopBackOff: {maxContainerRestartPeriod: 20s}\n");
        var told = node.kubelet.inForce(node);
        assertThat(told.path("maxPods").asInt()).isEqualTo(9);
        assertThat(told.at("/crashLoopBackOff/maxContainerRestartPeriod").asText())
                .isEqualTo("20s");
        assertThat(told.at("/evictionHard/memory.available").asText()).isEqualTo("100Mi");
        assertThat(told.path("kind").asText()).isEqualTo("KubeletConfiguration");
        Map<String, KubeletFile.Key> keys = KubeletFile.keys();
        told.fieldNames().forEachRemaining(name -> assertThat(
                        keys.containsKey(name) || name.equals("kind") || name.equals("apiVersion"))
                .as(name)
                .isTrue());
    }

    @Test
    void everyKeyThatIsAnOptionHasOne() {
        CommandSpec spec = CommandSpec.forAnnotatedObject(new AgentCommand());
        KubeletFile.keys().values().forEach(key -> {
            if (key.how() == KubeletFile.How.FLAG) {
                assertThat(spec.optionsMap()).containsKey(key.words());
            } else {
                assertThat(key.words().isEmpty()).as(key.name()).isEqualTo(key.how() == KubeletFile.How.SETTING);
            }
        });
    }

    @Test
    void thePageShowsTheTable() throws IOException {
        String page = "# A KubeletConfiguration\n"
                + "`--kubelet-config FILE` and the `*.conf` of `--kubelet-config-dir` (merged over it in order of name) are read as upstream's kubelet\n"
                + "reads them: an unknown key ends the start. Options that are given win. Made of `kubelet-configuration.tsv` by KubeletFileTest.\n"
                + "\nPods end with the machine (`shutdownGracePeriod…`) where systemd says that it is stopping when it stops minik: its unit needs a\n"
                + "`TimeoutStopSec` above the whole period. `/configz` tells what is in force.\n"
                + "\n| key | what minik makes of it |\n|---|---|\n"
                + KubeletFile.keys().values().stream()
                        .map(key -> "| `" + key.name() + "` | " + made(key) + " |\n")
                        .collect(Collectors.joining());
        if ("update".equals(System.getProperty("golden"))) {
            Files.writeString(PAGE, page);
        } else {
            assertThat(PAGE).hasContent(page);
        }
    }

    private static String made(KubeletFile.Key key) {
        return switch (key.how()) {
            case FLAG -> "as `" + key.words() + "`";
            case SETTING -> "taken";
            case UNHEEDED -> "named in a warning: " + key.words();
        };
    }
}
