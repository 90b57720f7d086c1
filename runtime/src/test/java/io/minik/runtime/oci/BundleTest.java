package io.minik.runtime.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read of a config, and what is refused before anything is made. */
final class BundleTest {
    @TempDir
    Path dir;

    private final ObjectNode config = DefaultSpec.spec();

    @BeforeEach
    void makeRoot() throws IOException {
        Files.createDirectories(dir.resolve("rootfs"));
    }

    private Bundle read() throws IOException {
        Files.write(dir.resolve("config.json"), Bundle.JSON.writeValueAsBytes(config));
        return Bundle.read(dir);
    }

    private void merge(String json) throws IOException {
        merge(config, (ObjectNode) Bundle.JSON.readTree(json.replace('\'', '"')));
    }

    private static void merge(ObjectNode into, ObjectNode from) {
        from.properties().forEach(entry -> {
            if (entry.getValue() instanceof ObjectNode object && into.get(entry.getKey()) instanceof ObjectNode there) {
                merge(there, object);
            } else {
                into.set(entry.getKey(), entry.getValue());
            }
        });
    }

    @Test
    void theDefaultSpecIsAGoodOne() throws IOException {
        Bundle bundle = read();

        assertThat(bundle.root()).isEqualTo(dir.resolve("rootfs"));
        assertThat(bundle.isNew(Namespace.Kind.PID)).isTrue();
        assertThat(bundle.isNew(Namespace.Kind.USER)).isFalse();
        assertThat(bundle.mounts()).hasSize(7).allSatisfy(FileSystems::check);
        new Credentials(bundle.process(), new Credentials.Seccomp(new byte[0], 0), "").check();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'ociVersion':'2.0'} | ociVersion \"2.0\" is not supported (1.x is)",
                "{'vm':{}} | vm is not supported: containers here are Linux'",
                "{'linux':{'intelRdt':{}}} | linux.intelRdt is not supported",
                "{'root':{'path':''}} | root.path: must be set",
                "{'root':{'path':'nowhere'}} | no such directory",
                "{'process':{'args':[]}} | args must not be empty",
                "{'process':{'args':['a'],'cwd':'rel'}} | Cwd must be an absolute path",
                "{'process':{'args':['a'],'cwd':''}} | Cwd property must not be empty",
                "{'process':{'args':['a\\u0000b'],'cwd':'/'}} | process.args: contains a NUL byte",
                "{'linux':{'namespaces':[{'type':'pid'}]}} | without a mount namespace of its own",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'mount'}]}} | duplicated ns \"mount\"",
                "{'linux':{'namespaces':[{'type':'mnt'}]}} | namespace \"mnt\" does not exist",
                "{'linux':{'namespaces':[{'type':'mount'}]}} | hostname without a private UTS namespace",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'},{'type':'user'}]}} | no uid/gid mappings found",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'}],'uidMappings':[]}} | USER namespace isn't enabled",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'}],'sysctl':{'net.a':'1'}}} | not allowed in the hosts network namespace",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'}],'sysctl':{'vm.swappiness':'1'}}} | is not in a separate kernel namespace",
                "{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'}],'timeOffsets':{}}} | time namespace isn't new",
            })
    void aConfigThatCanNotBeMetIsRefused(String json, String message) throws IOException {
        merge(json);

        assertThatThrownBy(this::read).hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/proc/self/attr | bind | inside /proc",
                "/proc/../proc/sys | bind | inside /proc",
                "//proc//1 | tmpfs | inside /proc",
                "/proc | tmpfs | \"/proc\" cannot be mounted on because it is not of type proc",
                "/ | tmpfs | mounts on the root are not supported",
                "/x/.. | bind | mounts on the root are not supported",
            })
    void aMountThatWouldCoverWhatItMustNotIsRefused(String destination, String type, String message)
            throws IOException {
        config.withArray("/mounts")
                .addObject()
                .put("destination", destination)
                .put("type", type)
                .put("source", "/x");
        Bundle bundle = read();

        assertThatThrownBy(() -> bundle.mounts().forEach(FileSystems::check)).hasMessageContaining(message);
    }

    @Test
    void theFilesThatLxcfsShowsMayBeCovered() throws IOException {
        config.withArray("/mounts")
                .addObject()
                .put("destination", "/proc/meminfo")
                .put("type", "bind")
                .put("source", "/x");

        assertThat(read().mounts()).allSatisfy(FileSystems::check);
    }

    @Test
    void aRelativeSourceOfABindIsInTheBundle() throws IOException {
        config.withArray("/mounts")
                .addObject()
                .put("destination", "data")
                .put("type", "bind")
                .put("source", "here");

        Bundle.Mount mount = read().mounts().get(7);

        assertThat(mount.source()).isEqualTo(dir.resolve("here").toString());
        assertThat(mount.destination()).isEqualTo("/data");
        assertThat(mount.bind()).isTrue();
    }

    @Test
    void idsOfAUserNamespaceAreFoundOnTheHost() throws IOException {
        merge("{'linux':{'namespaces':[{'type':'mount'},{'type':'uts'},{'type':'user'}],"
                + "'uidMappings':[{'containerID':0,'hostID':1000,'size':10},{'containerID':10,'hostID':5000,'size':1}],"
                + "'gidMappings':[{'containerID':0,'hostID':1000,'size':10}]}}");
        Bundle bundle = read();

        assertThat(Bundle.onHost(bundle.uidMaps(), 3)).isEqualTo(1003);
        assertThat(Bundle.onHost(bundle.uidMaps(), 10)).isEqualTo(5000);
        assertThat(Bundle.onHost(bundle.uidMaps(), 11)).isEqualTo(-1);
    }

    @Test
    void aConfigThatIsNotThereOrNoneIsNamed() throws IOException {
        assertThatThrownBy(() -> Bundle.read(dir)).hasMessage("JSON specification file config.json not found");
        Files.writeString(dir.resolve("config.json"), "[]");
        assertThatThrownBy(() -> Bundle.read(dir)).hasMessage("config.json is not an object");
        Files.writeString(dir.resolve("config.json"), "{");
        assertThatThrownBy(() -> Bundle.read(dir)).hasMessageContaining("can't read");
    }

    @Test
    void capabilitiesAndLimitsThatDoNotExistAreRefused() throws IOException {
        merge("{'process':{'capabilities':{'bounding':['CAP_FLY']},'args':['a'],'cwd':'/'}}");
        Bundle bundle = read();
        assertThatThrownBy(() -> new Credentials(bundle.process(), new Credentials.Seccomp(new byte[0], 0), "").check())
                .hasMessageContaining("unknown capability \"CAP_FLY\"");
        assertThatThrownBy(() -> new Credentials(
                                Bundle.JSON.readTree("{\"rlimits\":[{\"type\":\"RLIMIT_X\"}]}"),
                                new Credentials.Seccomp(new byte[0], 0),
                                "")
                        .check())
                .hasMessage("invalid rlimit type: RLIMIT_X");
        assertThatThrownBy(() -> new Credentials(
                                Bundle.JSON.createObjectNode(), new Credentials.Seccomp(new byte[0], 0), "VAX")
                        .check())
                .hasMessageContaining("unsupported value \"VAX\"");
    }
}
