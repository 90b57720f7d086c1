package io.minik.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Each option with what it can't have: said by name, before anything is written. */
class OptionsTest {
    @TempDir
    Path folder = Path.of("");

    private List<String> arguments(String given) {
        List<String> arguments = new ArrayList<>(List.of(
                "--data-dir=" + folder.resolve("data"),
                "--run-dir=" + folder.resolve("run"),
                "--log-dir=" + folder.resolve("log"),
                "--node-name=n1",
                "--resolv-conf=" + folder.resolve("resolv.conf")));
        for (String argument : given.isEmpty() ? new String[0] : given.split(" ")) {
            String option = argument.contains("=") ? argument.substring(0, argument.indexOf('=') + 1) : argument;
            arguments.removeIf(old -> old.startsWith(option));
            arguments.add(argument.replace("FOLDER", folder.toString()).replace("SPACE", " "));
        }
        return arguments;
    }

    private ServerCommand server(String given) throws IOException {
        Files.writeString(folder.resolve("file"), "");
        Files.writeString(folder.resolve("resolv.conf"), "");
        ServerCommand command = new ServerCommand();
        new CommandLine(command).parseArgs(arguments(given).toArray(String[]::new));
        command.check();
        return command;
    }

    private static final String SERVER = """
            --disable=nginx                             | --disable: "nginx" is nothing that could be left out: that is metrics-server, servicelb, local-storage, network-policy, ingress, helm-controller
            --datastore-endpoint=mysql://u:p@tcp(h)/k3s | --datastore-endpoint: mysql:// is a database under kine, which minik has not: give the URLs of an etcd cluster
            --datastore-endpoint=postgres://h/k3s       | --datastore-endpoint: postgres:// is a database under kine
            --datastore-endpoint=h:2379                 | --datastore-endpoint: "h:2379" is no URL of etcd
            --datastore-endpoint=http://a,https://b     | --datastore-endpoint: http:// and https:// can't be mixed
            --datastore-endpoint=http://a --datastore-cafile=FOLDER/file | --datastore-endpoint: http:// has no use for certificates
            --datastore-cafile=FOLDER/file              | --datastore-cafile: it does nothing without --datastore-endpoint
            --datastore-endpoint=https://a --datastore-cafile=FOLDER/none | --datastore-cafile: "FOLDER/none" can't be read
            --datastore-endpoint=https://a --datastore-certfile=FOLDER/file | --datastore-certfile and --datastore-keyfile: give both or none
            --datastore-certfile=FOLDER/file            | --datastore-certfile: it does nothing without --datastore-endpoint
            --datastore-keyfile=FOLDER/file             | --datastore-keyfile: it does nothing without --datastore-endpoint
            --datastore-endpoint=http://a --cluster-reset --cluster-reset-restore-path=FOLDER/file | --cluster-reset: with --datastore-endpoint it is etcd that is restored
            --data-dir=                                 | --data-dir: "" names no file
            --data-dir=/                                | --data-dir: "/" is the root of the file system
            --data-dir=FOLDER/file                      | is a file, not a directory
            --data-dir=FOLDER/file/data                 | FOLDER/file is a file
            --pod-manifest-path=FOLDER/file             | --pod-manifest-path: "FOLDER/file" is a file, not a directory
            --kubelet-config=FOLDER/none                | --kubelet-config: "FOLDER/none" is no file
            --kubelet-config=FOLDER/resolv.conf         | --kubelet-config: FOLDER/resolv.conf: it is no map of keys to values
            --kubelet-config-dir=FOLDER/file            | --kubelet-config-dir: "FOLDER/file" is no folder
            --kube-reserved=cpu                         | --kube-reserved: "cpu" is not RESOURCE=QUANTITY
            --kube-reserved=memory=much                 | --kube-reserved: "memory=much" is not RESOURCE=QUANTITY
            --system-reserved=pid=1000                  | --system-reserved: "pid" can't be reserved: cpu, memory and ephemeral-storage can
            --enforce-node-allocatable=kube-reserved    | --enforce-node-allocatable: "kube-reserved" is neither pods nor none
            --eviction-hard=memory.available            | --eviction-hard: "memory.available" is not SIGNAL<QUANTITY
            --eviction-soft=memory.available<1Gi        | --eviction-soft: grace period must be specified for the soft eviction threshold memory.available
            --eviction-soft-grace-period=x --eviction-soft=memory.available<1Gi | --eviction-soft: "x" is not SIGNAL=PERIOD
            --eviction-pressure-transition-period=5     | --eviction-pressure-transition-period: "5" is no duration: write 90s or 1m30s
            --default-local-storage-path=FOLDER/file    | --default-local-storage-path: "FOLDER/file" is a file, not a directory
            --run-dir=                                  | --run-dir: "" names no file
            --run-dir=FOLDER                            | holds --data-dir: a reboot may take all that is in it
            --log-dir=FOLDER/data                       | --log-dir: "FOLDER/data" is another directory of minik, too
            --cluster-reset=true                        | --cluster-reset: there is one server, which is its own cluster: give the snapshot to go back to by --cluster-reset-restore-path
            --cluster-reset-restore-path=x              | --cluster-reset-restore-path: it does nothing without --cluster-reset
            --etcd-disable-snapshots=perhaps            | 'perhaps' is not a boolean
            --etcd-snapshot-compress=perhaps            | 'perhaps' is not a boolean
            --etcd-snapshot-dir=FOLDER/none             | --etcd-snapshot-dir: "FOLDER/none" is not a directory: make it first
            --etcd-snapshot-name=a/b                    | --etcd-snapshot-name: "a/b" can't be the name of a file
            --etcd-snapshot-retention=0                 | --etcd-snapshot-retention: "0" must be at least 1: what is made would be deleted at once
            --etcd-snapshot-schedule-cron=daily         | --etcd-snapshot-schedule-cron: "daily" is no schedule
            --log-dir=FOLDER/file                       | --log-dir: "FOLDER/file" is a file, not a directory
            --node-name=a_b                             | --node-name: "a_b" is no name of a node: a lowercase RFC 1123 subdomain
            --node-name=a..b                            | --node-name: "a..b" is no name of a node
            --node-name=-a                              | --node-name: "-a" is no name of a node
            --node-name=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | must be no more than 63 characters
            --node-ip=1.2.3                             | --node-ip: "1.2.3" is no IPv4 address
            --node-ip=0.0.0.0                           | --node-ip: "0.0.0.0" is no address that others reach a machine at
            --node-ip=127.0.0.1                         | --node-ip: "127.0.0.1" is no address that others reach
            --node-ip=224.0.0.1                         | --node-ip: "224.0.0.1" is no address that others reach
            --node-ip=fd00::1                           | --node-ip: "fd00::1" is not IPv4, which this version needs
            --node-ip=192.0.2.77                        | --node-ip: "192.0.2.77" is on no network interface of this machine
            --node-external-ip=host                     | --node-external-ip: "host" is no IPv4 address
            --write-kubeconfig-group=no-such-people     | --write-kubeconfig-group: "no-such-people" is no group of this machine
            --node-label=foo                            | --node-label: "foo" is not KEY=VALUE
            --node-label==bar                           | --node-label: "=bar" is not KEY=VALUE
            --node-label=a/b/c=d                        | --node-label: "a/b/c=d" has a bad key
            --node-label=foo=b^r                        | --node-label: "foo=b^r" has a bad value: a valid label must be
            --node-label=kubernetes.io/foo=x            | is none that a node may give itself: label it with kubectl
            --node-label=foo=a,foo=b                    | --node-label: "foo=b" gives foo a second value
            --node-taint=foo                            | --node-taint: "foo" is not KEY=VALUE:EFFECT
            --node-taint=foo:Nope                       | with the effect NoSchedule, PreferNoSchedule or NoExecute
            --node-taint=:NoSchedule                    | --node-taint: ":NoSchedule" is not KEY=VALUE:EFFECT
            --node-taint=a^b:NoSchedule                 | --node-taint: "a^b:NoSchedule" has a bad key
            --node-taint=a=b^:NoSchedule                | --node-taint: "a=b^:NoSchedule" has a bad value
            --node-taint=a=1:NoExecute,a=2:NoExecute    | --node-taint: "a=2:NoExecute" repeats a key and its effect
            --node-password-file=FOLDER                 | --node-password-file: "FOLDER" is a directory, not a file
            --ingress-access-log=FOLDER                 | --ingress-access-log: "FOLDER" is a directory, not a file
            --kubelet-port=0                            | --kubelet-port: "0" is no port: they go from 1 to 65535
            --kubelet-port=65536                        | --kubelet-port: "65536" is no port
            --kubelet-port=6443                         | --kubelet-port: "6443" is the port of --https-listen-port, too
            --kubelet-port=ten                          | '--kubelet-port': 'ten' is not an int
            --max-pods=-1                               | --max-pods: "-1" must be at least 0
            --private-registry=FOLDER                   | --private-registry: "FOLDER" is a directory
            --bridge=                                   | --bridge: "" is no name for a network link
            --bridge=a-name-too-long-0                  | --bridge: "a-name-too-long-0" is no name for a network link
            --bridge=a/b                                | --bridge: "a/b" is no name for a network link
            --bridge=..                                 | --bridge: ".." is no name for a network link
            --bridge=lo                                 | --bridge: "lo" is a network link that minik did not make
            --cgroup-root=/minik                        | --cgroup-root: "/minik" is no name of a cgroup
            --cgroup-root=a/../..                       | --cgroup-root: "a/../.." is no name of a cgroup
            --cgroup-root=                              | --cgroup-root: "" is no name of a cgroup
            --resolv-conf=FOLDER/none                   | --resolv-conf: "FOLDER/none" is not there
            --resolv-conf=FOLDER                        | --resolv-conf: "FOLDER" is a directory
            --log=FOLDER                                | --log: "FOLDER" is a directory
            --log=FOLDER/none/minik.log                 | --log: "FOLDER/none/minik.log" can't be: the directory FOLDER/none is not there
            --alsologtostderr=perhaps                   | 'perhaps' is not a boolean
            --with-node-id=perhaps                      | 'perhaps' is not a boolean
            --protect-kernel-defaults=perhaps           | 'perhaps' is not a boolean
            --disable-scheduler=perhaps                 | 'perhaps' is not a boolean
            --log-level=loud                            | --log-level: "loud" must be one of error, warn, info, debug, trace
            --log-format=xml                            | --log-format: "xml" must be text or json
            --certificate-lifetime=1                    | --certificate-lifetime: "1" must be at least 20
            --bind-address=localhost                    | --bind-address: "localhost" is no IP address
            --bind-address=192.0.2.77                   | --bind-address: "192.0.2.77" is on no network interface
            --bind-address=127.0.0.1                    | --bind-address: "127.0.0.1" can't be reached by pods
            --https-listen-port=0                       | --https-listen-port: "0" is no port
            --https-listen-port=-1                      | --https-listen-port: "-1" is no port
            --https-listen-port=30001                   | --service-node-port-range: "30000-32767" holds port 30001 of --https-listen-port
            --advertise-address=host                    | --advertise-address: "host" is no IPv4 address
            --advertise-address=127.0.0.1               | --advertise-address: "127.0.0.1" is no address that others reach
            --advertise-address=10.43.0.9               | --service-cidr: "10.43.0.0/16" holds the address of this machine, 10.43.0.9
            --tls-san=a_b                               | --tls-san: "a_b" is no host name
            --tls-san=300.1.1.1                         | --tls-san: "300.1.1.1" is no IP address
            --etcd-port=-1                              | --etcd-port: "-1" is no port
            --etcd-port=6443                            | --etcd-port: "6443" is the port of --https-listen-port, too
            --etcd-port=10053                           | the node's DNS: "10053" is the port of --etcd-port, too
            --cluster-cidr=10.42.0.0                    | --cluster-cidr: "10.42.0.0" is no IPv4 network
            --cluster-cidr=10.42.0.0/33                 | --cluster-cidr: "10.42.0.0/33" is no IPv4 network
            --cluster-cidr=10.42.0.5/16                 | --cluster-cidr: "10.42.0.5/16" has bits set behind its prefix: the network is 10.42.0.0/16
            --cluster-cidr=10.42.0.0/25                 | --cluster-cidr: "10.42.0.0/25" has no room for one node's /24
            --cluster-cidr=fd00::/56                    | this version has one IPv4 network for each
            --cluster-cidr=127.0.0.0/16                 | --cluster-cidr: "127.0.0.0/16" has addresses that no pod or Service can have
            --cluster-cidr=0.0.0.0/0                    | has addresses that no pod or Service can have
            --service-cidr=10.43.0.0/8                  | --service-cidr: "10.43.0.0/8" has bits set
            --service-cidr=10.0.0.0/8                   | --service-cidr: "10.0.0.0/8" must have a prefix of /12 to /28
            --service-cidr=10.43.0.0/30                 | must have a prefix of /12 to /28
            --service-cidr=10.42.128.0/17               | --service-cidr: "10.42.128.0/17" overlaps --cluster-cidr 10.42.0.0/16
            --service-node-port-range=5-1               | --service-node-port-range: "5-1": ports go from 1 to 65535
            --service-node-port-range=2000-3000         | --service-node-port-range: "2000-3000" holds port 2379 of --etcd-port
            --cluster-dns=10.44.0.10                    | --cluster-dns: "10.44.0.10" is no address of --service-cidr 10.43.0.0/16
            --cluster-dns=10.43.0.0                     | --cluster-dns: "10.43.0.0" is no address of --service-cidr
            --cluster-dns=10.43.0.1                     | --cluster-dns: "10.43.0.1" is the API server's own
            --cluster-dns=dns                           | --cluster-dns: "dns" is no IPv4 address
            --cluster-domain=Cluster                    | --cluster-domain: "Cluster" is no DNS domain
            --cluster-domain=                           | --cluster-domain: "" is no DNS domain
            --token=K10abc                              | --token: the token begins with K10 but is not
            --token=K10e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855::server:x | --token: it pins the CA of another cluster
            --token=a --token-file=FOLDER/file          | --token and --token-file are both given: one of them is enough
            --token-file=FOLDER/none                    | --token-file: "FOLDER/none" can't be read
            --token-file=FOLDER/file                    | --token-file: "FOLDER/file" is empty
            --agent-token=K10abc                        | --agent-token: the token begins with K10 but is not
            --agent-token=a --token=a                   | --agent-token: it is that of --token: one of them is enough
            --agent-token-file=FOLDER/none              | --agent-token-file: "FOLDER/none" can't be read
            --token=aSPACEb                             | --token: the token has a space or a control character in it
            --write-kubeconfig=FOLDER                   | --write-kubeconfig: "FOLDER" is a directory
            --write-kubeconfig=FOLDER/file/config       | FOLDER/file is a file
            --write-kubeconfig-mode=9                   | --write-kubeconfig-mode: "9" is not an octal file mode
            --write-kubeconfig-mode=0888                | --write-kubeconfig-mode: "0888" is not an octal file mode
            --audit-log-path=FOLDER                     | --audit-log-path: "FOLDER" is a directory
            --encryption-provider-config=FOLDER         | --encryption-provider-config: "FOLDER" is a directory
            --encryption-provider-config=FOLDER/e --secrets-encryption | say the same in two ways: give one
            --encryption-provider-config-automatic-reload=perhaps | 'perhaps' is not a boolean
            --secrets-encryption=perhaps                | 'perhaps' is not a boolean
            --audit-policy-file=FOLDER                  | --audit-policy-file: "FOLDER" is a directory
            --audit-policy-file=FOLDER/file             | --audit-policy-file: FOLDER/file: unknown group version field
            --audit-webhook-config-file=FOLDER/file     | contexts has no ""
            --audit-log-maxsize=0                       | --audit-log-maxsize: "0" must be at least 1
            --audit-log-maxbackup=-1                    | --audit-log-maxbackup: "-1" must be at least 0
            --audit-log-maxage=-1                       | --audit-log-maxage: "-1" must be at least 0
            --audit-log-format=legacy                   | --audit-log-format: "legacy" is not served: json is
            --audit-log-mode=never                      | --audit-log-mode: "never" is none of batch, blocking, blocking-strict
            --audit-log-path=FOLDER/none/audit.log      | the directory FOLDER/none is not there
            --admission-control-config-file=FOLDER      | --admission-control-config-file: "FOLDER" is a directory
            --admission-control-config-file=FOLDER/none | --admission-control-config-file: can't read FOLDER/none
            --enable-admission-plugins=Foo              | --enable-admission-plugins plugin "Foo" is unknown
            --disable-admission-plugins=Foo             | --disable-admission-plugins plugin "Foo" is unknown
            --enable-admission-plugins=AlwaysPullImages,ImagePolicyWebhook | --enable-admission-plugins plugin "ImagePolicyWebhook" is none that minik has
            --disable-admission-plugins=CertificateSigning | --disable-admission-plugins plugin "CertificateSigning" can't be disabled
            --enable-admission-plugins=LimitRanger --disable-admission-plugins=LimitRanger | --[LimitRanger] in enable-admission-plugins and disable-admission-plugins overlapped
            --token-auth-file=FOLDER                    | --token-auth-file: "FOLDER" is a directory
            --token-auth-file=FOLDER/none               | --token-auth-file: can't read FOLDER/none
            --authentication-config=FOLDER/none         | --authentication-config: can't read FOLDER/none
            --authentication-config=FOLDER/file --oidc-issuer-url=https://a | --oidc-issuer-url exclude one another
            --oidc-issuer-url=https://a                 | needs --oidc-client-id, too
            --oidc-issuer-url=http://a --oidc-client-id=b | URL scheme must be https
            --requestheader-client-ca-file=FOLDER/file  | needs --requestheader-username-headers, too
            --oidc-ca-file=FOLDER/none --oidc-issuer-url=https://a --oidc-client-id=b | --oidc-ca-file: can't read FOLDER/none
            --oidc-signing-algs=HS256 --oidc-issuer-url=https://a --oidc-client-id=b | oidc-signing-algs: unsupported: [HS256]
            --oidc-username-claim=c --oidc-issuer-url=http://a --oidc-client-id=b | URL scheme must be https
            --oidc-username-prefix=d --oidc-issuer-url=http://a --oidc-client-id=b | URL scheme must be https
            --oidc-groups-claim=e --oidc-issuer-url=http://a --oidc-client-id=b | URL scheme must be https
            --oidc-groups-prefix=f --oidc-issuer-url=http://a --oidc-client-id=b | URL scheme must be https
            --oidc-client-id=b --oidc-issuer-url=http://a | URL scheme must be https
            --oidc-required-claim=nothing | --oidc-required-claim
            --requestheader-username-headers=a --requestheader-client-ca-file=FOLDER/none | can't read FOLDER/none
            --requestheader-allowed-names=b --requestheader-client-ca-file=FOLDER/none | needs --requestheader-username-headers, too
            --requestheader-uid-headers=c --requestheader-client-ca-file=FOLDER/none | needs --requestheader-username-headers, too
            --requestheader-group-headers=d --requestheader-client-ca-file=FOLDER/none | needs --requestheader-username-headers, too
            --requestheader-extra-headers-prefix=e --requestheader-client-ca-file=FOLDER/none | needs --requestheader-username-headers, too
            --authentication-token-webhook-config-file=FOLDER/file | contexts has no ""
            --authentication-token-webhook-version=v2   | --authentication-token-webhook-version: "v2" is neither v1 nor v1beta1
            --authentication-token-webhook-cache-ttl=x  | --authentication-token-webhook-cache-ttl: "x" is no duration
            --authorization-mode=ABAC                   | --authorization-mode: "ABAC" has no mode that there is
            --authorization-mode=Webhook                | mode Webhook needs --authorization-webhook-config-file
            --authorization-config=FOLDER/none          | --authorization-config: can't read FOLDER/none
            --authorization-config=FOLDER/file          | --authorization-config: apiVersion: must be apiserver.config.k8s.io/v1
            --authorization-config=FOLDER/file --authorization-mode=RBAC | can't be given with --authorization-mode
            --authorization-webhook-config-file=FOLDER/file | is asked by nobody: --authorization-mode has no Webhook
            --authorization-webhook-version=v2          | --authorization-webhook-version: "v2" is neither v1 nor v1beta1
            --authorization-webhook-cache-authorized-ttl=x | --authorization-webhook-cache-authorized-ttl: "x" is no duration
            --authorization-webhook-cache-unauthorized-ttl=-1 | --authorization-webhook-cache-unauthorized-ttl: "-1" is no duration
            --anonymous-auth=perhaps                    | 'perhaps' is not a boolean
            --node-monitor-period=0                     | --node-monitor-period: "0" must be at least 1
            --node-monitor-grace-period=4               | --node-monitor-grace-period: "4" must be at least 5
            --default-not-ready-toleration-seconds=-1   | --default-not-ready-toleration-seconds: "-1" must be at least 0
            --default-unreachable-toleration-seconds=-1 | --default-unreachable-toleration-seconds: "-1" must be at least 0
            --disable-agent=perhaps                     | 'perhaps' is not a boolean
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = SERVER)
    void whatAServerCantHaveIsSaid(String given, String message) throws IOException {
        Path real = folder.toRealPath();
        assertThatThrownBy(() -> server(given))
                .isInstanceOfAny(StartFailure.class, ParameterException.class)
                .hasMessageContaining(message.replace("FOLDER", real.toString()));
        assertThat(folder.resolve("data")).as("nothing was written").doesNotExist();
    }

    /** Options that say nothing wrong in any form, and those that are read before all others, or by the launcher. */
    private static final Set<String> ANYTHING =
            Set.of("--config", "--from-k3s", "--help", "--version", "--exit-when-ready", "--memory-limit");

    @Test
    void everyOptionOfAServerHasALineInTheTable() {
        Set<String> untested = new TreeSet<>();
        CommandSpec.forAnnotatedObject(new ServerCommand())
                .options()
                .forEach(option -> untested.add(option.longestName()));
        untested.removeAll(ANYTHING);
        SERVER.lines().map(line -> line.strip().split("=")[0]).forEach(untested::remove);
        assertThat(untested).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                             | --join is required
                    --join=server                  | --join: "server" must be https://HOST:PORT
                    --join=http://s:6443           | --join: "http://s:6443" must be https://HOST:PORT
                    --join=https://s:6443/x        | --join: "https://s:6443/x" must be https://HOST:PORT
                    --join=https://u@s:6443        | --join: "https://u@s:6443" must be https://HOST:PORT
                    --join=https://s:70000         | --join: "70000" is no port
                    --url=http://s                 | --join: "http://s" must be https://HOST:PORT
                    """)
    void whatAnAgentCantJoinIsSaid(String given, String message) {
        AgentCommand command = new AgentCommand();
        new CommandLine(command).parseArgs(given.isEmpty() ? new String[0] : new String[] {given});
        assertThatThrownBy(command::server).isInstanceOf(StartFailure.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    ``                             | --token is required
                    --token=K10x                   | --token: the token begins with K10 but is not
                    --token-file=FOLDER/none       | --token-file: "FOLDER/none" can't be read
                    --token-file=FOLDER/empty      | --token-file: "FOLDER/empty" is empty
                    --token-file=FOLDER/bad        | --token-file: the token begins with K10 but is not
                    --token=a --token-file=b       | --token and --token-file are both given
                    """)
    void whatIsNoTokenIsSaid(String given, String message) throws IOException {
        Files.writeString(folder.resolve("empty"), "\n");
        Files.writeString(folder.resolve("bad"), "K10x\n");
        AgentCommand command = new AgentCommand();
        String text = given.replace("FOLDER", folder.toString());
        new CommandLine(command).parseArgs(text.isEmpty() ? new String[0] : text.split(" "));
        assertThatThrownBy(command::secret)
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(message.replace("FOLDER", folder.toString()));
    }

    @Test
    void whatIsRightPasses() throws IOException {
        String all =
                "--node-label=a=b,example.com/c= --node-taint=a=b:NoSchedule,a:NoExecute --max-pods=0 --etcd-port=0"
                        + " --tls-san=*.example.com,10.0.0.1,fd00::1 --service-cidr=10.96.0.0/12 --cluster-cidr=10.244.0.0/16"
                        + " --token=server:secret --write-kubeconfig-mode=0644 --kubelet-port=20250 --node-name=N1.Example";
        assertThatCode(() -> server(all)).doesNotThrowAnyException();
        ServerCommand command = server(all);
        assertThat(command.server.clusterDns).as("follows the range").isEqualTo("10.96.0.10");
        assertThat(command.node.resolvedNodeName()).isEqualTo("n1.example");
        assertThat(server("").server.clusterDns).isEqualTo("10.43.0.10");
    }

    @Test
    void relativePathsAndLinksBecomeWhatTheKernelShows() throws IOException {
        Path real = Files.createDirectories(folder.toRealPath().resolve("disk"));
        Files.createSymbolicLink(folder.resolve("link"), real);
        ServerCommand command = server("--data-dir=FOLDER/link/minik/../minik2 --write-kubeconfig=some.yaml");
        assertThat(command.node.dataDir).isEqualTo(real.resolve("minik2"));
        assertThat(command.server.writeKubeconfig)
                .isEqualTo(Path.of("").toAbsolutePath().toRealPath().resolve("some.yaml"));
        NodeOptions node = new NodeOptions();
        for (Path relative : List.of(Path.of("data"), Path.of("./x/y"))) {
            node.dataDir = relative;
            node.places();
            assertThat(node.dataDir).isAbsolute().endsWithRaw(relative.normalize());
        }
    }

    @Test
    void anAddressOfItsOwnIsAdvertisedAndInTheCertificate() {
        ServerOptions options = new ServerOptions();
        assertThat(options.advertised("192.0.2.1")).isEqualTo("192.0.2.1");
        assertThat(options.localAddress()).isEqualTo("127.0.0.1");
        options.bindAddress = "192.0.2.2";
        assertThat(options.advertised("192.0.2.1")).isEqualTo("192.0.2.2");
        assertThat(options.localAddress()).isEqualTo("192.0.2.2");
        options.advertiseAddress = "198.51.100.1";
        assertThat(options.advertised("192.0.2.1")).isEqualTo("198.51.100.1");
        assertThat(options.addresses("192.0.2.1")).containsExactly("192.0.2.1", "198.51.100.1", "192.0.2.2");
    }
}
