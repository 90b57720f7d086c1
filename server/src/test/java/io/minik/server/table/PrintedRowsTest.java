package io.minik.server.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.api.meta.Resource;
import io.minik.api.object.KubeObject;
import io.minik.ground.json.Json;
import io.minik.server.table.Tables.IncludeObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Single cells, rule by rule, as upstream's printers fill them; whole tables are goldens (BuiltInTablesTest). */
class PrintedRowsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T05:00:00Z");

    /** A cell by its column's name. */
    private static String cell(String kind, String body, String column) {
        Resource resource = BuiltInTables.kinds().keySet().stream()
                .filter(each -> each.kind().equals(kind))
                .findFirst()
                .orElseThrow();
        String meta = body.contains("'metadata'") ? "" : "'metadata':{'name':'one'},";
        String text = "{'kind':'" + kind + "'," + meta + body + "}";
        KubeObject object =
                KubeObject.of(Json.parseObject(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
        Tables tables = BuiltInTables.tables();
        ObjectNode table = tables.table(resource, "1", true);
        tables.addRow(table, resource, object, IncludeObject.None, NOW);
        List<String> names = new ArrayList<>();
        table.path("columnDefinitions").forEach(each -> names.add(Json.text(each, "name")));
        assertThat(names).contains(column);
        JsonNode cells = table.path("rows").path(0).path("cells");
        return cells.path(names.indexOf(column)).asText();
    }

    @Nested
    class Pods {
        private static final String TWO = "'spec':{'containers':[{'name':'a'},{'name':'b'}]},";

        private static String pod(String status, String column) {
            return cell("Pod", TWO + "'status':{" + status + "}", column);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'phase':'Pending'~Pending
            'phase':'Failed','reason':'Evicted'~Evicted
            'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'SchedulingGated'}]~SchedulingGated
            'phase':'Pending','conditions':[{'type':'PodScheduled','status':'False','reason':'Unschedulable'}]~Pending
            'phase':'Running','containerStatuses':[{'name':'a','ready':true,'state':{'running':{}}},{'name':'b','ready':true,'state':{'running':{}}}]~Running
            'phase':'Running','containerStatuses':[{'name':'a','state':{'waiting':{'reason':'ImagePullBackOff'}}},{'name':'b','ready':true,'state':{'running':{}}}]~ImagePullBackOff
            'phase':'Running','containerStatuses':[{'name':'a','state':{'terminated':{'reason':'OOMKilled','exitCode':137}}},{'name':'b','ready':true,'state':{'running':{}}}]~OOMKilled
            'phase':'Failed','containerStatuses':[{'name':'a','state':{'terminated':{'exitCode':3}}}]~ExitCode:3
            'phase':'Failed','containerStatuses':[{'name':'a','state':{'terminated':{'signal':9,'exitCode':137}}}]~Signal:9
            'phase':'Succeeded','containerStatuses':[{'name':'a','state':{'terminated':{'reason':'Completed','exitCode':0}}},{'name':'b','state':{'terminated':{'reason':'Completed','exitCode':0}}}]~Completed
            'phase':'Running','containerStatuses':[{'name':'a','state':{'terminated':{'reason':'Completed','exitCode':0}}},{'name':'b','ready':true,'state':{'running':{}}}]~NotReady
            'phase':'Running','conditions':[{'type':'Ready','status':'True'}],'containerStatuses':[{'name':'a','state':{'terminated':{'reason':'Completed','exitCode':0}}},{'name':'b','ready':true,'state':{'running':{}}}]~Running
            """)
        void sayWhatHoldsThemUp(String status, String text) {
            assertThat(pod(status, "Status")).isEqualTo(text);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            {'name':'i','state':{'running':{}}}~Init:0/2
            {'name':'i','state':{'terminated':{'exitCode':0}}},{'name':'j','state':{'running':{}}}~Init:1/2
            {'name':'i','state':{'waiting':{'reason':'PodInitializing'}}}~Init:0/2
            {'name':'i','state':{'waiting':{'reason':'CrashLoopBackOff'}}}~Init:CrashLoopBackOff
            {'name':'i','state':{'terminated':{'reason':'Error','exitCode':1}}}~Init:Error
            {'name':'i','state':{'terminated':{'exitCode':2}}}~Init:ExitCode:2
            {'name':'i','state':{'terminated':{'signal':9,'exitCode':137}}}~Init:Signal:9
            """)
        void sayWhichInitContainerTheyAreAt(String statuses, String text) {
            String spec = "'spec':{'initContainers':[{'name':'i'},{'name':'j'}],'containers':[{'name':'a'}]},";
            assertThat(cell(
                            "Pod",
                            spec + "'status':{'phase':'Pending','initContainerStatuses':[" + statuses + "]}",
                            "Status"))
                    .isEqualTo(text);
        }

        @Test
        void countASidecarAmongTheirContainers() {
            String spec =
                    "'spec':{'initContainers':[{'name':'s','restartPolicy':'Always'}],'containers':[{'name':'a'}]},";
            String status =
                    "'status':{'phase':'Running','initContainerStatuses':[{'name':'s','started':true,'ready':true,"
                            + "'restartCount':2,'state':{'running':{}}}],'containerStatuses':[{'name':'a','ready':true,"
                            + "'restartCount':1,'state':{'running':{}}}]}";
            assertThat(cell("Pod", spec + status, "Ready")).isEqualTo("2/2");
            assertThat(cell("Pod", spec + status, "Restarts")).isEqualTo("3");
        }

        @Test
        void sayWhenTheyWereLastStartedAgain() {
            String again = "'containerStatuses':[{'name':'a','restartCount':3,'state':{'running':{}},'lastState':"
                    + "{'terminated':{'finishedAt':'2026-11-21T04:58:00Z'}}},{'name':'b','restartCount':3,'state':"
                    + "{'running':{}},'lastState':{'terminated':{'finishedAt':'2026-11-21T04:59:50Z'}}}]";
            assertThat(pod("'phase':'Running'," + again, "Restarts")).isEqualTo("6 (10s ago)");
            assertThat(pod("'phase':'Running','containerStatuses':[{'name':'a','restartCount':0}]", "Restarts"))
                    .isEqualTo("0");
        }

        @ParameterizedTest
        @CsvSource({"Running, , Terminating", "Running, NodeLost, Unknown", "Succeeded, , Succeeded", "Failed, , Failed"
        })
        void thatAreDeletedAreEndingUnlessTheyHaveEnded(String phase, String reason, String text) {
            String why = reason == null ? "" : ",'reason':'" + reason + "'";
            assertThat(cell(
                            "Pod",
                            "'metadata':{'name':'one','deletionTimestamp':'2026-11-21T04:59:00Z'}," + TWO
                                    + "'status':{'phase':'" + phase + "'" + why + "}",
                            "Status"))
                    .isEqualTo(text);
        }

        @Test
        void countTheirReadinessGates() {
            String gates =
                    "'spec':{'readinessGates':[{'conditionType':'a/x'},{'conditionType':'a/y'}],'containers':[]},";
            assertThat(cell(
                            "Pod",
                            gates + "'status':{'conditions':[{'type':'a/x','status':'True'}]}",
                            "Readiness Gates"))
                    .isEqualTo("1/2");
            assertThat(pod("'phase':'Running'", "Readiness Gates")).isEqualTo("<none>");
        }
    }

    @Nested
    class Jobs {
        @ParameterizedTest
        @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            ''~Running
            {'type':'Complete','status':'True'}~Complete
            {'type':'SuccessCriteriaMet','status':'True'},{'type':'Complete','status':'True'}~Complete
            {'type':'FailureTarget','status':'True'},{'type':'Failed','status':'True'}~Failed
            {'type':'FailureTarget','status':'True'}~FailureTarget
            {'type':'SuccessCriteriaMet','status':'True'}~SuccessCriteriaMet
            {'type':'Suspended','status':'True'}~Suspended
            {'type':'Suspended','status':'False'}~Running
            """)
        void sayHowTheyEnded(String conditions, String text) {
            String all = conditions.equals("''") ? "" : conditions;
            assertThat(cell("Job", "'spec':{},'status':{'conditions':[" + all + "]}", "Status"))
                    .isEqualTo(text);
        }

        @ParameterizedTest
        @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'completions':5,'parallelism':2~2/5
            'parallelism':3~2/1 of 3
            'parallelism':1~2/1
            """)
        void countWhatIsDone(String spec, String text) {
            assertThat(cell("Job", "'spec':{" + spec + "},'status':{'succeeded':2}", "Completions"))
                    .isEqualTo(text);
        }

        @Test
        void takeTheirTime() {
            assertThat(cell("Job", "'spec':{}", "Duration")).isEmpty();
            assertThat(cell("Job", "'status':{'startTime':'2026-11-21T04:58:00Z'}", "Duration"))
                    .isEqualTo("2m");
            assertThat(cell(
                            "Job",
                            "'status':{'startTime':'2026-11-21T04:00:00Z','completionTime':'2026-11-21T04:00:30Z'}",
                            "Duration"))
                    .isEqualTo("30s");
        }

        @Test
        void ofASchedule() {
            assertThat(cell("CronJob", "'spec':{'schedule':'0 5 * * *'}", "Suspend"))
                    .isEqualTo("<unset>");
            assertThat(cell("CronJob", "'spec':{'schedule':'0 5 * * *','suspend':false}", "Suspend"))
                    .isEqualTo("False");
            assertThat(cell("CronJob", "'spec':{'timeZone':'Europe/Vienna'}", "Timezone"))
                    .isEqualTo("Europe/Vienna");
            assertThat(cell("CronJob", "'status':{'lastScheduleTime':'2026-11-21T04:59:00Z'}", "Last Schedule"))
                    .isEqualTo("60s");
        }
    }

    @Nested
    class Networks {
        @ParameterizedTest
        @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'spec':{'type':'ClusterIP'}~<none>
            'spec':{'type':'NodePort','externalIPs':['1.2.3.4','1.2.3.5']}~1.2.3.4,1.2.3.5
            'spec':{'type':'LoadBalancer'}~<pending>
            'spec':{'type':'LoadBalancer','externalIPs':['9.9.9.9']},'status':{'loadBalancer':{'ingress':[{'ip':'1.2.3.4'},{'hostname':'a.example.com'}]}}~1.2.3.4,a.example.com,9.9.9.9
            'spec':{'type':'ExternalName','externalName':'a.example.com'}~a.example.com
            """)
        void servicesSayWhereTheyAreReached(String body, String text) {
            assertThat(cell("Service", body, "External-IP")).isEqualTo(text);
        }

        @Test
        void servicesSayTheirPorts() {
            assertThat(cell(
                            "Service",
                            "'spec':{'ports':[{'port':80,'protocol':'TCP'},{'port':53,'nodePort':30053,'protocol':'UDP'}]}",
                            "Port(s)"))
                    .isEqualTo("80/TCP,53:30053/UDP");
            assertThat(cell("Service", "'spec':{}", "Port(s)")).isEqualTo("<none>");
        }

        @Test
        void listsEndAfterTheThird() {
            assertThat(cell(
                            "Endpoints",
                            "'subsets':[{'addresses':[{'ip':'10.0.0.1'},{'ip':'10.0.0.2'},{'ip':'fd00::1'},{'ip':'10.0.0.4'}],"
                                    + "'ports':[{'port':80}]}]",
                            "Endpoints"))
                    .isEqualTo("10.0.0.1:80,10.0.0.2:80,[fd00::1]:80 + 1 more...");
            assertThat(cell(
                            "Ingress",
                            "'spec':{'rules':[{'host':'a'},{'host':'b'},{'host':'c'},{'host':'d'},{'host':'e'}]}",
                            "Hosts"))
                    .isEqualTo("a,b,c + 2 more...");
        }

        @Test
        void anIngressOfNoHostIsOfAll() {
            assertThat(cell("Ingress", "'spec':{'rules':[{'http':{}}]}", "Hosts"))
                    .isEqualTo("*");
            assertThat(cell("Ingress", "'spec':{}", "Ports")).isEqualTo("80");
            assertThat(cell("Ingress", "'spec':{'tls':[{}]}", "Ports")).isEqualTo("80, 443");
            assertThat(cell("Ingress", "'spec':{}", "Class")).isEqualTo("<none>");
        }
    }
}
