package io.minik.runtime.criapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.minik.runtime.cri.CriParts;
import io.minik.runtime.criapi.proto.CriProto;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ContainerConfig and what is told of containers, as the comments of api.proto have it. */
class ContainerWireTest {
    private static CriProto.ContainerConfig.Builder asked() {
        return CriProto.ContainerConfig.newBuilder()
                .setMetadata(
                        CriProto.ContainerMetadata.newBuilder().setName("c").setAttempt(1))
                .setImage(CriProto.ImageSpec.newBuilder().setImage("sha256:ab"));
    }

    private static Cri.ContainerConfig taken(CriProto.ContainerConfig.Builder config) {
        return ContainerWire.config(
                CriProto.CreateContainerRequest.newBuilder().setConfig(config).build(), List.of());
    }

    private static void refused(CriProto.ContainerConfig.Builder config, CriException.Code code, String message) {
        assertThatThrownBy(() -> taken(config))
                .isInstanceOfSatisfying(CriException.class, refusal -> assertThat(refusal.code())
                        .isEqualTo(code))
                .hasMessage(message);
    }

    private static CriProto.ContainerConfig.Builder mounting(UnaryOperator<CriProto.Mount.Builder> mount) {
        return asked().addMounts(mount.apply(
                CriProto.Mount.newBuilder().setHostPath("/srv").setContainerPath("/data")));
    }

    private static CriProto.ContainerConfig.Builder limited(CriProto.LinuxContainerResources.Builder resources) {
        return asked().setLinux(CriProto.LinuxContainerConfig.newBuilder().setResources(resources));
    }

    @Test
    void aContainerHasANameAndAnImage() {
        assertThat(taken(asked()).metadata()).isEqualTo(new Cri.ContainerMetadata("c", 1));
        refused(
                asked().setMetadata(CriProto.ContainerMetadata.getDefaultInstance()),
                CriException.Code.INVALID_ARGUMENT,
                "config.metadata: name is required");
        refused(
                asked().setImage(CriProto.ImageSpec.getDefaultInstance()),
                CriException.Code.INVALID_ARGUMENT,
                "config.image: image is required");
    }

    /** Clients of before user_specified_image only give the reference. */
    @Test
    void theImageIsToldAsTheUserWroteIt() {
        assertThat(taken(asked()).image()).isEqualTo(new Cri.ImageSpec("sha256:ab", "sha256:ab"));
        assertThat(taken(asked().setImage(CriProto.ImageSpec.newBuilder()
                                .setImage("sha256:ab")
                                .setUserSpecifiedImage("busybox:1")))
                        .image())
                .isEqualTo(new Cri.ImageSpec("sha256:ab", "busybox:1"));
    }

    /** A process has each name once: the last one counts, in the place of the first. */
    @Test
    void theEnvironmentKeepsItsOrderAndTheLastOfAName() {
        CriProto.ContainerConfig.Builder config = asked();
        for (String[] pair : new String[][] {{"B", "1"}, {"A", "2"}, {"B", "3"}}) {
            config.addEnvs(CriProto.KeyValue.newBuilder().setKey(pair[0]).setValue(pair[1]));
        }
        assertThat(taken(config).process().envs().entrySet())
                .extracting(Object::toString)
                .containsExactly("B=3", "A=2");
    }

    /** Names of CRI's enumeration are Go's identifiers; everybody else writes SIGRTMIN+3. */
    @ParameterizedTest
    @CsvSource({
        "RUNTIME_DEFAULT, ''",
        "SIGTERM, SIGTERM",
        "SIGKILL, SIGKILL",
        "SIGRTMIN, SIGRTMIN",
        "SIGRTMINPLUS3, SIGRTMIN+3",
        "SIGRTMAXMINUS14, SIGRTMAX-14"
    })
    void stopSignalsHaveTheirUsualNames(CriProto.Signal signal, String name) {
        assertThat(taken(asked().setStopSignal(signal)).process().stopSignal()).isEqualTo(name);
        assertThat(ContainerWire.status(running("id", Map.of(), name)).getStopSignal())
                .isEqualTo(signal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/var/log/x", "../x", "a/../../x"})
    void theLogIsBelowItsSandboxs(String path) {
        refused(
                asked().setLogPath(path),
                CriException.Code.INVALID_ARGUMENT,
                "config.log_path: \"" + path + "\" leads out of the log directory");
        assertThat(taken(asked().setLogPath("c/0.log")).logPath()).isEqualTo("c/0.log");
    }

    @Test
    void aMountIsPrivateAndWritableUnlessItSaysOtherwise() {
        assertThat(taken(mounting(mount -> mount)).mounts()).containsExactly(Cri.Mount.of(Path.of("/srv"), "/data"));
    }

    /** A runtime must refuse recursive_read_only without readonly, and with any propagation. */
    @Test
    void readOnlyToTheBottomWantsReadOnlyAndNoPropagation() {
        assertThat(taken(mounting(mount -> mount.setReadonly(true).setRecursiveReadOnly(true)))
                        .mounts()
                        .get(0)
                        .recursiveReadOnly())
                .isEqualTo(Cri.RecursiveReadOnly.YES);
        String message = "config.mounts[/data].recursive_read_only: needs readonly, and no propagation";
        refused(mounting(mount -> mount.setRecursiveReadOnly(true)), CriException.Code.INVALID_ARGUMENT, message);
        refused(
                mounting(mount -> mount.setReadonly(true)
                        .setRecursiveReadOnly(true)
                        .setPropagation(CriProto.MountPropagation.PROPAGATION_HOST_TO_CONTAINER)),
                CriException.Code.INVALID_ARGUMENT,
                message);
    }

    @Test
    void aMountThatCanNotBeMadeIsRefusedByItsPlace() {
        refused(
                mounting(mount -> mount.setHostPath("")),
                CriException.Code.INVALID_ARGUMENT,
                "config.mounts[/data]: host_path and container_path are required");
        refused(
                mounting(mount -> mount.setHostPath("srv")),
                CriException.Code.INVALID_ARGUMENT,
                "config.mounts[/data].host_path: \"srv\" is not absolute");
        refused(
                mounting(mount -> mount.setImage(CriProto.ImageSpec.newBuilder().setImage("i"))),
                CriException.Code.INVALID_ARGUMENT,
                "config.mounts[/data]: an image is mounted on a container_path, and without a host_path");
        refused(
                mounting(mount ->
                        mount.addUidMappings(CriProto.IDMapping.newBuilder().setLength(1))),
                CriException.Code.INVALID_ARGUMENT,
                "config.mounts[/data].uidMappings: the mappings of a mount are those of its sandbox");
        refused(
                mounting(mount -> mount.setPropagationValue(7)),
                CriException.Code.INVALID_ARGUMENT,
                "config.mounts[/data].propagation: unknown propagation");
    }

    @Test
    void limitsThatTheNodeCanNotKeepAreRefused() {
        String field = "config.linux.resources";
        refused(
                limited(CriProto.LinuxContainerResources.newBuilder()
                        .setMemoryLimitInBytes(100)
                        .setMemorySwapLimitInBytes(101)),
                CriException.Code.UNIMPLEMENTED,
                field + ".memory_swap_limit_in_bytes: minik's runtime does not have swap");
        refused(
                limited(CriProto.LinuxContainerResources.newBuilder()
                        .addHugepageLimits(CriProto.HugepageLimit.newBuilder()
                                .setPageSize("2MB")
                                .setLimit(1))),
                CriException.Code.UNIMPLEMENTED,
                field + ".hugepage_limits: minik's runtime does not have huge pages");
        refused(
                limited(CriProto.LinuxContainerResources.newBuilder().putUnified("memory.high", "1")),
                CriException.Code.UNIMPLEMENTED,
                field + ".unified: minik's runtime does not have files of cgroup v2 but memory.oom.group");
        refused(
                limited(CriProto.LinuxContainerResources.newBuilder().setOomScoreAdj(-1001)),
                CriException.Code.INVALID_ARGUMENT,
                field + ".oom_score_adj: -1001 is not between -1000 and 1000");
    }

    /** What the kubelet says of a node without swap and huge pages, with each container. */
    @Test
    void whatSaysThatThereIsNoneIsTaken() {
        Cri.LinuxContainerResources limits = taken(limited(CriProto.LinuxContainerResources.newBuilder()
                        .setCpuShares(2)
                        .setCpuQuota(50_000)
                        .setCpuPeriod(100_000)
                        .setMemoryLimitInBytes(100)
                        .setMemorySwapLimitInBytes(100)
                        .setOomScoreAdj(1000)
                        .addHugepageLimits(CriProto.HugepageLimit.newBuilder().setPageSize("2MB"))
                        .putUnified("memory.oom.group", "1")))
                .linux()
                .resources();
        assertThat(limits).isEqualTo(new Cri.LinuxContainerResources(100_000, 50_000, 2, 100, 1000, "", ""));
    }

    private static Cri.ContainerStatus running(String id, Map<String, String> labels, String stopSignal) {
        return new Cri.ContainerStatus(
                new Cri.Container(
                        id,
                        "pod-1",
                        new Cri.ContainerMetadata("c", 1),
                        new Cri.ImageSpec("sha256:ab", "busybox:1"),
                        "sha256:ab",
                        Cri.ContainerState.CONTAINER_RUNNING,
                        10,
                        labels,
                        Map.of("note", "kept")),
                20,
                0,
                0,
                "",
                "",
                Path.of("/var/log/pods/x/c/1.log"),
                new CriParts.ContainerSetup(
                        List.of(new Cri.Mount(
                                Path.of("/srv"),
                                "/data",
                                true,
                                Cri.RecursiveReadOnly.YES,
                                Cri.MountPropagation.PROPAGATION_PRIVATE,
                                false,
                                Optional.empty())),
                        Optional.of(new Cri.LinuxContainerResources(100_000, -1, 2, 100, 5, "0", "0")),
                        Optional.of(new CriParts.ContainerUser(33, 44, List.of(44L, 55L))),
                        stopSignal,
                        77));
    }

    @Test
    void aStatusTellsAllThatIsKnown() {
        CriProto.ContainerStatus told =
                ContainerWire.status(running("id", Map.of("app", "web", Cri.CLIENTS, ""), "SIGTERM"));
        assertThat(told.getImage().getImage()).isEqualTo("busybox:1");
        assertThat(told.getImageRef()).isEqualTo("sha256:ab");
        assertThat(told.getState()).isEqualTo(CriProto.ContainerState.CONTAINER_RUNNING);
        assertThat(List.of(told.getCreatedAt(), told.getStartedAt(), told.getFinishedAt()))
                .containsExactly(10L, 20L, 0L);
        assertThat(told.getLabelsMap()).isEqualTo(Map.of("app", "web"));
        assertThat(told.getAnnotationsMap()).isEqualTo(Map.of("note", "kept"));
        assertThat(told.getLogPath()).isEqualTo("/var/log/pods/x/c/1.log");
        assertThat(told.getMounts(0).getRecursiveReadOnly()).isTrue();
        assertThat(told.getResources().getLinux().getOomScoreAdj()).isEqualTo(5);
        assertThat(told.getUser().getLinux().getSupplementalGroupsList()).containsExactly(44L, 55L);
        assertThat(ContainerWire.words(running("id", Map.of(), "")))
                .isEqualTo(Map.of("info", "{\"sandboxID\":\"pod-1\",\"pid\":77}"));
    }

    /** ContainerFilter: "All those fields are combined with 'AND'". */
    @ParameterizedTest
    @CsvSource({
        "'', '', '', '', true",
        "abc, pod, RUNNING, web, true",
        "bc, '', '', '', false",
        "'', pod-2, '', '', false",
        "'', '', EXITED, '', false",
        "'', '', CREATED, web, false",
        "'', '', RUNNING, db, false"
    })
    void aFilterIsAllOfItsFields(String id, String pod, String state, String app, boolean found) {
        CriProto.ContainerFilter.Builder filter =
                CriProto.ContainerFilter.newBuilder().setId(id).setPodSandboxId(pod);
        if (!state.isEmpty()) {
            filter.setState(CriProto.ContainerStateValue.newBuilder()
                    .setState(CriProto.ContainerState.valueOf("CONTAINER_" + state)));
        }
        if (!app.isEmpty()) {
            filter.putLabelSelector("app", app);
        }
        assertThat(ContainerWire.matches(
                        filter.build(),
                        running("abcdef", Map.of("app", "web"), "").container()))
                .isEqualTo(found);
    }

    /** Of another runtime's container in a state that nobody knows: it is made anew once it is removed. */
    @Test
    void anUnknownContainerIsTakenForOneThatHasEnded() {
        CriProto.Container.Builder said = CriProto.Container.newBuilder()
                .setId("id")
                .setImageRef("sha256:old")
                .setState(CriProto.ContainerState.CONTAINER_UNKNOWN);
        assertThat(ContainerWire.heard(said.build()).state()).isEqualTo(Cri.ContainerState.CONTAINER_EXITED);
        assertThat(ContainerWire.heard(said.build()).imageId()).isEqualTo("sha256:old");
        assertThat(ContainerWire.heard(said.setImageId("sha256:new").build()).imageId())
                .isEqualTo("sha256:new");
    }

    @Test
    void aStatusOfAnotherRuntimeIsCompletedByItsList() {
        Cri.ContainerStatus ours = running("id", Map.of("app", "web"), "SIGTERM");
        Cri.ContainerStatus heard = ContainerWire.heard(ContainerWire.status(ours), ours.container());
        assertThat(heard.container().podSandboxId()).isEqualTo("pod-1");
        assertThat(heard.container().labels()).isEqualTo(Map.of("app", "web"));
        assertThat(heard.setup().user()).isEqualTo(ours.setup().user());
        assertThat(heard.setup().resources()).isEqualTo(ours.setup().resources());
        assertThat(heard.startedAt()).isEqualTo(20);
    }
}
