package io.minik.agent.kubelet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.agent.probe.Actions;
import io.minik.agent.probe.Prober;
import io.minik.api.core.ContainerState.Running;
import io.minik.api.core.ContainerState.Terminated;
import io.minik.api.core.ContainerState.Waiting;
import io.minik.api.core.ContainerStatus;
import io.minik.api.core.Pod;
import io.minik.api.meta.ApiException;
import io.minik.api.meta.Resources;
import io.minik.api.object.KubeObject;
import io.minik.api.object.ObjectKey;
import io.minik.ground.json.Json;
import io.minik.runtime.cri.Cri;
import io.minik.runtime.cri.CriException;
import io.vertx.core.Promise;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeletTest {
    private static final String ONE = "{'containers':[{'name':'c','image':'busybox:1'}]}";

    @TempDir
    Path directory;

    private KubeletHarness node;

    @BeforeEach
    void start() {
        node = new KubeletHarness(directory).start();
        node.runtime.registry.add("busybox:1");
    }

    private ContainerStatus status(String pod) {
        return node.pod(pod).status().containerStatuses().get(0);
    }

    @Test
    void aPodBecomesRunningAndReadyWithTheEventsOfAKubelet() {
        node.create("p", ONE);
        Pod pod = node.pod("p");
        assertThat(pod.status().phase()).isEqualTo("Running");
        assertThat(pod.status().ready()).isTrue();
        assertThat(pod.status().podIp()).startsWith("10.42.0.");
        assertThat(pod.status().hostIp()).isEqualTo("192.168.0.1");
        assertThat(status("p").containerId()).startsWith("minik://c-");
        assertThat(pod.status().conditions())
                .extracting(c -> c.type() + "=" + c.status())
                .containsExactly(
                        "PodReadyToStartContainers=True",
                        "Initialized=True",
                        "Ready=True",
                        "ContainersReady=True",
                        "PodScheduled=True");
        assertThat(node.events())
                .containsExactly(
                        "Pulling: Pulling image \"busybox:1\"",
                        "Pulled: Successfully pulled image \"busybox:1\" in 0ms (0ms including waiting). Image size: 42 bytes.",
                        "Created: Created container: c",
                        "Started: Started container c");
        assertThat(node.runtime.only("c").env()).containsEntry("FROM", "image").containsEntry("HOSTNAME", "p");
    }

    @Test
    void aNodeWithoutResolversGivesItsPodsAnEmptyFile() {
        node.create("p", "{'dnsPolicy':'Default','containers':[{'name':'c','image':'busybox:1'}]}");
        assertThat(directory
                        .resolve("kubelet/pods")
                        .resolve(node.pod("p").uid())
                        .resolve("etc-resolv.conf"))
                .as("what is not there would be mounted as a folder")
                .isEmptyFile();
    }

    @Test
    void cve20208557WhatAContainerWroteToItsHostsFileIsWrittenOverNotRead() throws Exception {
        node.create("p", ONE);
        Path hosts =
                directory.resolve("kubelet/pods").resolve(node.pod("p").uid()).resolve("etc-hosts");
        String good = Files.readString(hosts);
        // A hole of a terabyte: no disk is used, and no memory could hold it.
        try (RandomAccessFile grown = new RandomAccessFile(hosts.toFile(), "rw")) {
            grown.setLength(1L << 40);
        }
        node.exit("c", 1);
        assertThat(Files.size(hosts)).isEqualTo(good.length());
        assertThat(hosts).hasContent(good);
    }

    @Test
    void aRunningPodCostsNothingWhileNothingHappens() {
        node.create("p", ONE);
        int calls = node.api.calls().size();
        node.pass(3600);
        assertThat(node.api.calls()).hasSize(calls);
        assertThat(node.loop.timers()).isZero();
    }

    @Test
    void initContainersRunInOrderAndBeforeTheMainOnes() {
        node.create(
                "p",
                "{'initContainers':[{'name':'i1','image':'busybox:1'},{'name':'i2','image':'busybox:1'}],"
                        + "'containers':[{'name':'c','image':'busybox:1'}]}");
        assertThat(node.runtime.containers).hasSize(1);
        assertThat(node.pod("p").status().phase()).isEqualTo("Pending");
        assertThat(status("p").state()).isEqualTo(new Waiting("PodInitializing", ""));
        assertThat(node.pod("p").status().condition("Initialized").orElseThrow().message())
                .isEqualTo("containers with incomplete status: [i1 i2]");
        node.exit("i1", 0);
        assertThat(node.runtime.only("i2").config().metadata().name()).isEqualTo("i2");
        node.exit("i2", 0);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
        assertThat(node.pod("p").status().ready()).isTrue();
    }

    @Test
    void aFailedInitContainerFailsAPodThatNeverRestarts() {
        node.create(
                "p",
                "{'restartPolicy':'Never','initContainers':[{'name':'i','image':'busybox:1'}],"
                        + "'containers':[{'name':'c','image':'busybox:1'}]}");
        node.exit("i", 3);
        assertThat(node.pod("p").status().phase()).isEqualTo("Failed");
        assertThat(node.runtime.sandboxes.values()).allMatch(s -> s.ips().isEmpty());
    }

    @Test
    void aSidecarStartsBeforeTheMainContainersAndEndsAfterThem() {
        node.create(
                "p",
                "{'restartPolicy':'Never','initContainers':[{'name':'side','image':'busybox:1','restartPolicy':'Always'}],"
                        + "'containers':[{'name':'c','image':'busybox:1'}]}");
        assertThat(node.runtime.running()).isEqualTo(2);
        assertThat(node.runtime.log.stream()
                        .filter(l -> l.startsWith("start "))
                        .toList()
                        .get(0))
                .contains("side");
        node.exit("c", 0);
        assertThat(node.runtime.running()).isZero();
        assertThat(node.pod("p").status().phase()).isEqualTo("Succeeded");
    }

    @Test
    void aCrashingContainerIsRestartedWithGrowingPauses() {
        Pod pod = node.create("p", ONE);
        node.exit("c", 1);
        assertThat(node.runtime.only("c").attempt()).isEqualTo(1);
        assertThat(status("p").restartCount()).isEqualTo(1);
        assertThat(status("p").lastState()).isInstanceOf(Terminated.class);
        node.exit("c", 1);
        assertThat(status("p").state())
                .isEqualTo(new Waiting(
                        "CrashLoopBackOff",
                        "back-off 10s restarting failed container=c pod=p_default(" + pod.uid() + ")"));
        assertThat(status("p").ready()).isFalse();
        assertThat(node.events())
                .contains("BackOff: Back-off restarting failed container c in pod p_default(" + pod.uid() + ")");
        node.pass(9);
        assertThat(node.runtime.running()).isZero();
        node.pass(1);
        assertThat(node.runtime.running()).isEqualTo(1);
        node.exit("c", 1);
        assertThat(((Waiting) status("p").state()).message()).startsWith("back-off 20s ");
        // Only the newest two tries are kept.
        assertThat(node.runtime.containers).hasSize(2);
    }

    @Test
    void theBackOffIsForgottenAfterTenQuietMinutes() {
        node.create("p", ONE);
        node.exit("c", 1);
        node.pass(1300);
        node.exit("c", 1);
        assertThat(node.runtime.running()).isEqualTo(1);
    }

    @Test
    void onFailureEndsWithSuccess() {
        node.create("p", "{'restartPolicy':'OnFailure','containers':[{'name':'c','image':'busybox:1'}]}");
        node.exit("c", 1);
        assertThat(node.runtime.running()).isEqualTo(1);
        node.exit("c", 0);
        assertThat(node.pod("p").status().phase()).isEqualTo("Succeeded");
        assertThat(node.pod("p").status().condition("Ready").orElseThrow().reason())
                .isEqualTo("PodCompleted");
        assertThat(node.mounted).isEmpty();
    }

    @Test
    void aPodThatRanToItsEndStaysUntilItIsDeleted() {
        node.create("p", "{'restartPolicy':'Never','containers':[{'name':'c','image':'busybox:1'}]}");
        node.exit("c", 7);
        assertThat(node.pod("p").status().phase()).isEqualTo("Failed");
        assertThat(node.runtime.containers).hasSize(1);
        node.delete("p", 30);
        assertThat(node.exists("p")).isFalse();
        assertThat(node.runtime.containers).isEmpty();
        assertThat(node.runtime.sandboxes).isEmpty();
    }

    @Test
    void deletingWaitsForTheContainersAndLeavesNothing() throws Exception {
        Pod pod = node.create("p", "{'containers':[{'name':'c','image':'busybox:1','command':['stubborn']}]}");
        node.delete("p", 20);
        assertThat(node.events()).contains("Killing: Stopping container c");
        node.pass(19);
        assertThat(node.exists("p")).isTrue();
        assertThat(node.runtime.running()).isEqualTo(1);
        node.pass(1);
        assertThat(node.exists("p")).isFalse();
        assertThat(node.runtime.containers).isEmpty();
        assertThat(node.runtime.sandboxes).isEmpty();
        assertThat(node.mounted).isEmpty();
        assertThat(Files.exists(directory.resolve("kubelet/pods").resolve(pod.uid())))
                .isFalse();
        assertThat(directory.resolve("logs")).isEmptyDirectory();
    }

    @Test
    void theFinalStatusIsToldBeforeThePodGoes() {
        node.create("p", "{'containers':[{'name':'c','image':'busybox:1','command':['stubborn']}]}");
        node.api.edit(Resources.PODS, ObjectKey.of("default", "p"), tree -> Json.child(tree, "metadata")
                .putArray("finalizers")
                .add("test/keep"));
        node.delete("p", 5);
        node.pass(5);
        Terminated ended = (Terminated) status("p").state();
        assertThat(ended.exitCode()).isEqualTo(137);
        assertThat(node.runtime.running()).isZero();
    }

    @Test
    void aForcedDeletionCutsTheGraceShort() {
        node.create("p", "{'containers':[{'name':'c','image':'busybox:1','command':['stubborn']}]}");
        node.delete("p", 600);
        assertThat(node.runtime.running()).isEqualTo(1);
        node.delete("p", 0);
        assertThat(node.runtime.running()).isZero();
        assertThat(node.runtime.sandboxes).isEmpty();
    }

    @Test
    void aPreStopHookRunsBeforeTheStopSignal() {
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','lifecycle':{'preStop':{'exec':{'command':['bye']}}}}]}");
        node.delete("p", 30);
        assertThat(node.hooks).hasSize(1);
        assertThat(node.exists("p")).isFalse();
    }

    @Test
    void aFailedPostStartHookKillsTheContainer() {
        node.hookOutcome = Actions.Outcome.failure("no");
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','lifecycle':{'postStart':{'exec':{'command':['hi']}}}}]}");
        assertThat(node.events()).contains("FailedPostStartHook: PostStartHook failed");
        assertThat(((Waiting) status("p").state()).reason()).isEqualTo("PostStartHookError");
        assertThat(node.runtime.log).anyMatch(l -> l.startsWith("exited "));
    }

    @Test
    void podsWaitQuietlyUntilTheyCanHaveAddresses() {
        node.network = Promise.promise();
        node.restart(directory);
        node.create("p", ONE);
        node.create("h", "{'hostNetwork':true,'containers':[{'name':'h','image':'busybox:1'}]}");
        assertThat(node.pod("p").status().phase()).isEqualTo("Pending");
        assertThat(node.pod("h").status().phase()).isEqualTo("Running");
        assertThat(node.events()).noneMatch(e -> e.startsWith("FailedCreatePodSandBox"));
        node.network.complete();
        node.loop.settle();
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    @Test
    void anEphemeralContainerLivesAmongTheProcessesOfItsTarget() {
        node.create("p", ONE);
        node.api.put(Resources.PODS, node.pod("p").object().edit(tree -> Json.child(tree, "spec")
                .putArray("ephemeralContainers")
                .addObject()
                .put("name", "dbg")
                .put("image", "busybox:1")
                .put("targetContainerName", "c")));
        node.loop.settle();
        assertThat(node.runtime.only("dbg").config().linux().securityContext().pidTarget())
                .isEqualTo(node.runtime.only("c").id());
    }

    @Test
    void aContainersOwnPolicyAndRulesDecideItsRestart() {
        node.create(
                "p",
                "{'restartPolicy':'Never','containers':[{'name':'c','image':'busybox:1','restartPolicy':'Never',"
                        + "'restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'In','values':[42]}}]}]}");
        node.exit("c", 42);
        assertThat(status("p").restartCount()).isEqualTo(1);
        node.exit("c", 1);
        assertThat(node.pod("p").status().phase()).isEqualTo("Failed");
    }

    @Test
    void anotherImageRestartsTheContainer() {
        node.runtime.registry.add("busybox:2");
        node.create("p", "{'restartPolicy':'Never','containers':[{'name':'c','image':'busybox:1'}]}");
        node.api.put(Resources.PODS, node.pod("p").object().edit(tree -> ((ObjectNode)
                        Json.items(tree, "spec", "containers").get(0))
                .put("image", "busybox:2")));
        node.loop.settle();
        assertThat(status("p").image()).isEqualTo("busybox:2");
        assertThat(status("p").restartCount()).isEqualTo(1);
        assertThat(node.events()).contains("Killing: Container c definition changed, will be restarted");
    }

    @Test
    void anImageVolumeIsPulledAndShownReadOnly() {
        node.runtime.registry.add("data:1");
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','volumeMounts':[{'name':'v','mountPath':'/v'}]}],"
                        + "'volumes':[{'name':'v','image':{'reference':'data:1','pullPolicy':'Always'}}]}");
        assertThat(node.imageVolumes).containsExactly("v[sha256:layer]");
        assertThat(node.runtime.log).contains("pull data:1");
        assertThat(node.runtime.only("c").config().mounts())
                .anyMatch(m -> m.containerPath().equals("/v") && m.readonly());
    }

    @Test
    void aPodsPolicyForGroupsAndAMountsForWhatIsBelowItReachTheRuntime() {
        node.create(
                "p",
                "{'securityContext':{'supplementalGroupsPolicy':'Strict','supplementalGroups':[7]},"
                        + "'containers':[{'name':'c','image':'busybox:1','volumeMounts':[{'name':'v','mountPath':'/v',"
                        + "'readOnly':true,'recursiveReadOnly':'Enabled'}]}],'volumes':[{'name':'v','emptyDir':{}}]}");
        assertThat(node.runtime
                        .only("c")
                        .config()
                        .linux()
                        .securityContext()
                        .supplementalGroups()
                        .strict())
                .isTrue();
        assertThat(node.runtime.only("c").config().mounts())
                .anyMatch(m -> m.containerPath().equals("/v") && m.recursiveReadOnly() == Cri.RecursiveReadOnly.YES);
    }

    @Test
    void cve201911245AndCve202646680RootIsRootHoweverItIsWritten() {
        List<String> users = List.of("0", "00", "000:5", "", "0:0");
        for (int i = 0; i < users.size(); i++) {
            node.runtime.imageUser = users.get(i);
            node.runtime.registry.add("root:" + i);
            node.create(
                    "p" + i,
                    "{'securityContext':{'runAsNonRoot':true},'containers':[{'name':'c','image':'root:" + i + "'}]}");
            assertThat(status("p" + i).state()).as(users.get(i)).isInstanceOfSatisfying(Waiting.class, w -> assertThat(
                            w.message())
                    .contains("container has runAsNonRoot and image will run as root"));
        }
    }

    @Test
    void unmaskedKernelFilesNeedAUserNamespace() {
        node.create(
                "p", "{'containers':[{'name':'c','image':'busybox:1','securityContext':{'procMount':'Unmasked'}}]}");
        assertThat(status("p").state())
                .isEqualTo(new Waiting(
                        "CreateContainerConfigError", "procMount: Unmasked needs a user namespace (hostUsers: false)"));
    }

    @Test
    void anImageVolumeThatCannotBePulledKeepsTheContainerWaiting() {
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','volumeMounts':[{'name':'v','mountPath':'/v'}]}],"
                        + "'volumes':[{'name':'v','image':{'reference':'nowhere:1'}}]}");
        assertThat(status("p").state()).isEqualTo(new Waiting("ErrImagePull", "nowhere:1: not found"));
    }

    @Test
    void anImageThatCannotBePulledBacksOff() {
        node.create("p", "{'containers':[{'name':'c','image':'nowhere:1'}]}");
        assertThat(status("p").state()).isEqualTo(new Waiting("ErrImagePull", "nowhere:1: not found"));
        node.pass(1);
        assertThat(((Waiting) status("p").state()).reason()).isEqualTo("ImagePullBackOff");
        assertThat(node.events())
                .contains(
                        "Failed: Failed to pull image \"nowhere:1\": nowhere:1: not found",
                        "Failed: Error: ErrImagePull",
                        "BackOff: Back-off pulling image \"nowhere:1\"",
                        "Failed: Error: ImagePullBackOff");
        node.runtime.registry.add("nowhere:1");
        node.pass(9);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    @Test
    void pullPolicyNeverUsesOnlyWhatIsHere() {
        node.create("p", "{'containers':[{'name':'c','image':'busybox:1','imagePullPolicy':'Never'}]}");
        assertThat(((Waiting) status("p").state()).reason()).isEqualTo("ErrImageNeverPull");
        assertThat(node.runtime.log).noneMatch(l -> l.startsWith("pull"));
    }

    @Test
    void aBadImageNameIsNamed() {
        node.create("p", "{'containers':[{'name':'c','image':'no such'}]}");
        assertThat(((Waiting) status("p").state()).reason()).isEqualTo("InvalidImageName");
    }

    @Test
    void aMissingSecretIsAConfigErrorUntilItExists() {
        node.create(
                "p",
                "{'containers':[{'name':'c','image':'busybox:1','env':[{'name':'A','valueFrom':{'secretKeyRef':{'name':'s','key':'k'}}}]}]}");
        assertThat(status("p").state()).isEqualTo(new Waiting("CreateContainerConfigError", "secret \"s\" not found"));
        node.api.put(
                Resources.SECRETS,
                KubeObject.named("v1", "Secret", ObjectKey.of("default", "s"), tree -> Json.child(tree, "data")
                        .put("k", "dmFsdWU=")));
        node.pass(10);
        assertThat(node.runtime.only("c").env()).containsEntry("A", "value");
    }

    @Test
    void aProgramThatCannotStartIsARunError() {
        node.runtime.startFault =
                Optional.of(new CriException(CriException.Code.FAILED_PRECONDITION, "exec: \"nope\": no such file"));
        node.create("p", ONE);
        assertThat(status("p").state()).isEqualTo(new Waiting("RunContainerError", "exec: \"nope\": no such file"));
        assertThat(((Terminated) status("p").lastState()).exitCode()).isEqualTo(128);
    }

    @Test
    void volumesThatCannotBeMountedAreToldAndTriedAgain() {
        node.mountFault = Optional.of("MountVolume.SetUp failed for volume \"v\" : configmap \"x\" not found");
        node.create("p", ONE);
        assertThat(node.events())
                .contains("FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"x\" not found");
        assertThat(status("p").state()).isEqualTo(new Waiting("ContainerCreating", ""));
        node.mountFault = Optional.empty();
        node.pass(2);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    @Test
    void readinessFollowsTheProbe() {
        node.create(
                "p", "{'containers':[{'name':'c','image':'busybox:1','readinessProbe':{'tcpSocket':{'port':80}}}]}");
        assertThat(node.pod("p").status().ready()).isFalse();
        Prober.Listener probe = node.probe(node.runtime.only("c").id());
        probe.verdict(Prober.Kind.READINESS, true, "");
        node.loop.settle();
        assertThat(node.pod("p").status().ready()).isTrue();
        probe.failed(Prober.Kind.READINESS, "connection refused");
        probe.verdict(Prober.Kind.READINESS, false, "connection refused");
        node.loop.settle();
        assertThat(node.pod("p").status().condition("Ready").orElseThrow().message())
                .isEqualTo("containers with unready status: [c]");
        assertThat(node.events()).contains("Unhealthy: Readiness probe failed: connection refused");
    }

    @Test
    void aFailedLivenessProbeRestartsTheContainer() {
        node.create("p", "{'containers':[{'name':'c','image':'busybox:1','livenessProbe':{'tcpSocket':{'port':80}}}]}");
        String first = node.runtime.only("c").id();
        node.probe(first).verdict(Prober.Kind.LIVENESS, false, "dead");
        node.loop.settle();
        assertThat(node.runtime.only("c").id()).isNotEqualTo(first);
        assertThat(node.runtime.running()).isEqualTo(1);
        assertThat(node.events()).contains("Killing: Container c failed liveness probe, will be restarted");
    }

    @Test
    void aDeadlineEndsThePod() {
        node.create("p", "{'activeDeadlineSeconds':60,'containers':[{'name':'c','image':'busybox:1'}]}");
        node.pass(60);
        assertThat(node.pod("p").status().phase()).isEqualTo("Failed");
        assertThat(node.pod("p").status().reason()).isEqualTo("DeadlineExceeded");
        assertThat(node.runtime.running()).isZero();
    }

    @Test
    void aDeadlineThatNoClockReachesNeverComes() {
        node.create(
                "p", "{'activeDeadlineSeconds':9223372036854775807,'containers':[{'name':'c','image':'busybox:1'}]}");
        node.pass(60);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    /** Of the pod, and with a hook, whose own limit it is. */
    @Test
    void aGraceThatNoClockReachesIsWaitedFor() {
        node.create(
                "p",
                "{'terminationGracePeriodSeconds':9223372036854775807,'containers':[{'name':'c','image':'busybox:1',"
                        + "'command':['stubborn'],'lifecycle':{'preStop':{'exec':{'command':['bye']}}}}]}");
        node.delete("p", Long.MAX_VALUE);
        node.pass(3600);
        assertThat(node.hooks).hasSize(1);
        assertThat(node.runtime.running()).isEqualTo(1);
        node.delete("p", 0);
        assertThat(node.runtime.running()).isZero();
    }

    @Test
    void aFailedPostStartHookKillsTheContainerHoweverLongItsGrace() {
        node.hookOutcome = Actions.Outcome.failure("no");
        node.create(
                "p",
                "{'terminationGracePeriodSeconds':9223372036854775807,'containers':[{'name':'c','image':'busybox:1',"
                        + "'lifecycle':{'postStart':{'exec':{'command':['hi']}}}}]}");
        assertThat(node.runtime.log).anyMatch(l -> l.startsWith("exited "));
    }

    @Test
    void aPodThatDoesNotFitIsRefused() {
        node.create("p", "{'containers':[{'name':'c','image':'busybox:1','resources':{'requests':{'cpu':'3'}}}]}");
        assertThat(node.pod("p").status().phase()).isEqualTo("Failed");
        assertThat(node.pod("p").status().reason()).isEqualTo("OutOfcpu");
        assertThat(node.pod("p").status().message())
                .isEqualTo(
                        "Pod was rejected: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000");
        assertThat(node.pod("p").status().containerStatuses())
                .as("kubectl prints what a container waits for in place of the reason")
                .isEmpty();
        assertThat(node.events())
                .contains("OutOfcpu: Node didn't have enough resource: cpu, requested: 3000, used: 0, capacity: 2000");
        assertThat(node.runtime.containers).isEmpty();
    }

    @Test
    void aPodWhoseHostPortIsTakenIsRefused() {
        String port =
                "{'containers':[{'name':'c','image':'busybox:1','ports':[{'containerPort':80,'hostPort':8080%s}]}]}";
        node.create("p", port.formatted(",'hostIP':'127.0.0.1'"));
        node.create("q", port.formatted(",'hostIP':'127.0.0.2'"));
        assertThat(node.pod("q").status().phase()).isNotEqualTo("Failed");
        node.create("r", port.formatted(""));
        assertThat(node.pod("r").status().phase()).isEqualTo("Failed");
        assertThat(node.pod("r").status().reason()).isEqualTo("NodePorts");
    }

    @Test
    void aRestartOfMinikAdoptsWhatRuns() {
        node.create(
                "p", "{'containers':[{'name':'c','image':'busybox:1','readinessProbe':{'tcpSocket':{'port':80}}}]}");
        node.probe(node.runtime.only("c").id()).verdict(Prober.Kind.READINESS, true, "");
        node.loop.settle();
        var before = node.pod("p").status();
        String id = node.runtime.only("c").id();
        node.restart(directory);
        assertThat(node.runtime.only("c").id()).isEqualTo(id);
        assertThat(node.pod("p").status()).isEqualTo(before);
        node.exit("c", 1);
        assertThat(status("p").restartCount()).isEqualTo(1);
    }

    @Test
    void aRestartOfMinikDoesNotForgetTheBackOff() {
        node.create("p", ONE);
        node.exit("c", 1);
        node.exit("c", 1);
        node.restart(directory);
        assertThat(node.runtime.running()).isZero();
        assertThat(((Waiting) status("p").state()).message()).startsWith("back-off 10s ");
        node.pass(10);
        assertThat(node.runtime.running()).isEqualTo(1);
    }

    @Test
    void aPodDeletedWhileMinikWasDownIsEnded() {
        node.create("p", ONE);
        node.kubelet.stop();
        node.loop.settle();
        node.api.remove(Resources.PODS, ObjectKey.of("default", "p"));
        node.restart(directory);
        assertThat(node.runtime.containers).isEmpty();
        assertThat(node.runtime.sandboxes).isEmpty();
        assertThat(node.mounted).isEmpty();
    }

    @Test
    void aPodThatIsGoneHasTheGraceThatItsContainersCarry() {
        node.create(
                "p",
                "{'terminationGracePeriodSeconds':5,"
                        + "'containers':[{'name':'c','image':'busybox:1','command':['stubborn']}]}");
        node.kubelet.stop();
        node.loop.settle();
        node.api.remove(Resources.PODS, ObjectKey.of("default", "p"));
        node.restart(directory);
        node.pass(4);
        assertThat(node.runtime.running()).isEqualTo(1);
        node.pass(1);
        assertThat(node.runtime.running()).isZero();
        assertThat(node.runtime.containers).isEmpty();
    }

    @Test
    void aLostSandboxIsMadeAnewWithAllItsContainers() {
        node.create("p", ONE);
        var sandbox = node.runtime.sandboxes.keySet().iterator().next();
        node.runtime.stopPodSandbox(sandbox);
        node.loop.settle();
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
        assertThat(node.runtime.only("c").attempt()).isEqualTo(1);
        assertThat(node.events()).contains("SandboxChanged: Pod sandbox changed, it will be killed and re-created.");
        assertThat(status("p").state()).isInstanceOf(Running.class);
    }

    @Test
    void aLostSandboxIsStoppedBeforeTheNextAndGoesWithItsLastContainer() {
        String uid = node.create("p", ONE).uid();
        // As a reboot leaves it: nobody has stopped it, and it still has its address.
        node.runtime.diesAlone(uid + "-0");
        node.exit("c", 1);
        assertThat(node.runtime.log).containsSubsequence("stop sandbox " + uid + "-0", "sandbox " + uid + "-1");
        assertThat(node.runtime.sandboxes)
                .as("what ended in it can be asked for")
                .hasSize(2);
        assertThat(status("p").restartCount()).isEqualTo(1);
        node.pass(60);
        node.exit("c", 1);
        node.pass(60);
        assertThat(node.runtime.sandboxes).containsOnlyKeys(uid + "-1");
        assertThat(status("p").restartCount()).isEqualTo(2);
    }

    @Test
    void aRefusedStatusIsTriedAgainWhileThePodIsOurs() {
        node.api.failing(call -> call.subresource().equals("status")
                ? Optional.of(ApiException.invalid(Resources.PODS, "p", List.of()))
                : Optional.empty());
        node.create("p", ONE);
        node.api.failing(call -> Optional.empty());
        node.pass(3);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }

    @Test
    void whatHadSucceededIsNotRepeatedInANewSandbox() {
        node.create(
                "p",
                "{'restartPolicy':'OnFailure','containers':[{'name':'done','image':'busybox:1'},{'name':'c','image':'busybox:1'}]}");
        node.exit("done", 0);
        node.runtime.stopPodSandbox(node.runtime.sandboxes.keySet().iterator().next());
        node.loop.settle();
        assertThat(node.runtime.only("done").attempt()).isZero();
        assertThat(node.runtime.only("c").attempt()).isEqualTo(1);
    }

    @Test
    void aConditionThatIsWellAgainGivesNoReason() {
        node.create(
                "p", "{'containers':[{'name':'c','image':'busybox:1','readinessProbe':{'tcpSocket':{'port':80}}}]}");
        assertThat(node.pod("p").status().condition("Ready").orElseThrow().reason())
                .isEqualTo("ContainersNotReady");
        node.probe(node.runtime.only("c").id()).verdict(Prober.Kind.READINESS, true, "");
        node.loop.settle();
        assertThat(node.pod("p").status().condition("Ready").orElseThrow().reason())
                .isEmpty();
    }

    @Test
    void aStatusThatCannotBeWrittenIsWrittenLater() {
        node.api.failing(call ->
                call.subresource().equals("status") ? Optional.of(ApiException.unavailable("down")) : Optional.empty());
        node.create("p", ONE);
        assertThat(node.pod("p").status().phase()).isEqualTo("Pending");
        node.api.failing(call -> Optional.empty());
        node.pass(5);
        assertThat(node.pod("p").status().phase()).isEqualTo("Running");
    }
}
