package io.minik.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs as upstream's batch validation words them: indexes, failure policies, success policies, and who cares for them. */
class JobPolicyRulesTest {
    private static final String TEMPLATE = "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'restartPolicy':'%s',"
            + "'initContainers':[{'name':'init','image':'i'}],'containers':[{'name':'main','image':'i'}]}}";

    private static String job(String fields, String restart) {
        return "'spec':{'manualSelector':true,'selector':{'matchLabels':{'a':'b'}}," + fields
                + (fields.isEmpty() ? "" : ",") + TEMPLATE.formatted(restart) + "}";
    }

    private static void says(String fields, String words) {
        Refusals.are("batch/v1", "Job", job(fields, "Never"), words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            'parallelism':0,'completions':5~ok
            'parallelism':-1~spec.parallelism: Invalid value: -1: must be greater than or equal to 0
            'completions':-1~spec.completions: Invalid value: -1: must be greater than or equal to 0
            'backoffLimit':-1~spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0
            'activeDeadlineSeconds':-1~spec.activeDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0
            'ttlSecondsAfterFinished':-1~spec.ttlSecondsAfterFinished: Invalid value: -1: must be greater than or equal to 0
            'completionMode':'Sometimes'~spec.completionMode: Unsupported value: "Sometimes": supported values: "Indexed", "NonIndexed"
            'completionMode':'Indexed','parallelism':3~spec.completions: Required value: when completion mode is Indexed
            'completionMode':'Indexed','completions':5,'parallelism':100000~ok
            'completionMode':'Indexed','completions':5,'parallelism':100001~spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed
            'completionMode':'Indexed','completions':5,'backoffLimitPerIndex':0,'maxFailedIndexes':5~ok
            'completionMode':'Indexed','completions':5,'backoffLimitPerIndex':-1~spec.backoffLimitPerIndex: Invalid value: -1: must be greater than or equal to 0
            'completionMode':'Indexed','completions':5,'backoffLimitPerIndex':1,'maxFailedIndexes':6~spec.maxFailedIndexes: Invalid value: 6: must be less than or equal to completions
            'completionMode':'Indexed','completions':5,'maxFailedIndexes':1~spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified
            'completions':5,'backoffLimitPerIndex':1~spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode
            'completions':5,'backoffLimitPerIndex':1,'maxFailedIndexes':1~spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode; spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode
            'podReplacementPolicy':'Later'~spec.podReplacementPolicy: Unsupported value: "Later": supported values: "Failed", "TerminatingOrFailed"
            """)
    void numbersAndIndexes(String fields, String words) {
        says(fields, words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            acme.io/runner~ok
            kubernetes.io/job-controller~ok
            acme~spec.managedBy: Invalid value: "acme": must be a domain-prefixed path (such as "acme.io/foo")
            /runner~spec.managedBy: Invalid value: "/runner": must be a domain-prefixed path (such as "acme.io/foo")
            acme.io/~spec.managedBy: Invalid value: "acme.io/": must be a domain-prefixed path (such as "acme.io/foo")
            """)
    void whoCaresForIt(String name, String words) {
        says("'managedBy':'" + name + "'", words);
    }

    @Test
    void whoCaresForItHasAShortName() {
        assertThat(Refusals.of("batch/v1", "Job", job("'managedBy':'acme.io/" + "x".repeat(56) + "'", "Never")))
                .containsExactly("spec.managedBy: Too long: may not be more than 63 bytes");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            {'action':'FailJob','onExitCodes':{'containerName':'main','operator':'In','values':[1,2,5]}}~ok
            {'action':'Ignore','onExitCodes':{'containerName':'init','operator':'NotIn','values':[0]}}~ok
            {'action':'Count','onPodConditions':[{'type':'DisruptionTarget','status':'True'}]}~ok
            {'action':'FailJob'}~: Invalid value: specifying one of OnExitCodes and OnPodConditions is required
            {'action':'FailJob','onExitCodes':{'operator':'In','values':[1]},'onPodConditions':[{'type':'X','status':'True'}]}~: Invalid value: specifying both OnExitCodes and OnPodConditions is not supported
            {'action':'Retry','onExitCodes':{'operator':'In','values':[1]}}~.action: Unsupported value: "Retry": supported values: "Count", "FailIndex", "FailJob", "Ignore"
            {'action':'FailIndex','onExitCodes':{'operator':'In','values':[1]}}~.action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set
            {'action':'FailJob','onExitCodes':{'operator':'Near','values':[1]}}~.onExitCodes.operator: Unsupported value: "Near": supported values: "In", "NotIn"
            {'action':'FailJob','onExitCodes':{'containerName':'other','operator':'In','values':[1]}}~.onExitCodes.containerName: Invalid value: "other": must be one of the container or initContainer names in the pod template
            {'action':'FailJob','onExitCodes':{'operator':'In','values':[]}}~.onExitCodes.values: Invalid value: []: at least one value is required
            {'action':'FailJob','onExitCodes':{'operator':'In','values':[0,1]}}~.onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator
            {'action':'FailJob','onExitCodes':{'operator':'In','values':[1,1]}}~.onExitCodes.values[1]: Duplicate value: 1
            {'action':'FailJob','onExitCodes':{'operator':'NotIn','values':[2,1]}}~.onExitCodes.values: Invalid value: [2,1]: must be ordered
            {'action':'FailJob','onPodConditions':[{'type':'X','status':'Maybe'}]}~.onPodConditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"
            """)
    void whatAFailureMeans(String rule, String words) {
        says(
                "'podFailurePolicy':{'rules':[" + rule + "]}",
                words.equals("ok") ? words : "spec.podFailurePolicy.rules[0]" + words);
    }

    @Test
    void anIndexMayFailWhereIndexesHaveALimit() {
        says(
                "'completionMode':'Indexed','completions':2,'backoffLimitPerIndex':1,'podFailurePolicy':{'rules':["
                        + "{'action':'FailIndex','onExitCodes':{'operator':'In','values':[1]}}]}",
                "ok");
    }

    @Test
    void theTypeOfAConditionIsAName() {
        assertThat(Refusals.of(
                        "batch/v1",
                        "Job",
                        job(
                                "'podFailurePolicy':{'rules':[{'action':'FailJob','onPodConditions':[{'type':'a b',"
                                        + "'status':'True'}]}]}",
                                "Never")))
                .singleElement()
                .asString()
                .startsWith(
                        "spec.podFailurePolicy.rules[0].onPodConditions[0].type: Invalid value: \"a b\": name part must");
    }

    @Test
    void rulesAndCodesAreBounded() {
        String rule = "{'action':'FailJob','onExitCodes':{'operator':'In','values':[1]}}";
        assertThat(Refusals.of(
                        "batch/v1",
                        "Job",
                        job("'podFailurePolicy':{'rules':[" + (rule + ",").repeat(20) + rule + "]}", "Never")))
                .containsExactly("spec.podFailurePolicy.rules: Too many: 21: must have at most 20 items");
        StringBuilder codes = new StringBuilder("1");
        for (int code = 2; code <= 256; code++) {
            codes.append(',').append(code);
        }
        assertThat(Refusals.of(
                        "batch/v1",
                        "Job",
                        job(
                                "'podFailurePolicy':{'rules':[{'action':'FailJob','onExitCodes':{'operator':'In','values':["
                                        + codes + "]}}]}",
                                "Never")))
                .containsExactly("spec.podFailurePolicy.rules[0].onExitCodes.values: Too many: 256:"
                        + " must have at most 255 items");
    }

    @Test
    void aFailurePolicyAsksForPodsThatAreNotStartedAgain() {
        String policy =
                "'podFailurePolicy':{'rules':[{'action':'FailJob','onExitCodes':{'operator':'In','values':[1]}}]}";
        Refusals.are(
                "batch/v1",
                "Job",
                job(policy, "OnFailure"),
                "spec.template.spec.restartPolicy: Invalid value: \"OnFailure\": only \"Never\" is supported when"
                        + " podFailurePolicy is specified");
        says(policy + ",'podReplacementPolicy':'Failed'", "ok");
        says(
                policy + ",'podReplacementPolicy':'TerminatingOrFailed'",
                "spec.podReplacementPolicy: Unsupported value: \"TerminatingOrFailed\": supported values: \"Failed\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            {'succeededCount':5}~ok
            {'succeededIndexes':'0,2-4'}~ok
            {'succeededIndexes':'0,2-4','succeededCount':4}~ok
            {'succeededIndexes':''}~ok
            {}~: Required value: at least one of succeededCount or succeededIndexes must be specified
            {'succeededCount':-1}~.succeededCount: Invalid value: -1: must be greater than or equal to 0
            {'succeededCount':6}~.succeededCount: Invalid value: 6: must be less than or equal to 5 (the number of specified completions)
            {'succeededIndexes':'0-1','succeededCount':3}~.succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)
            {'succeededIndexes':'x'}~.succeededIndexes: Invalid value: "x": error parsing succeededIndexes: cannot convert string to integer for index: "x"
            {'succeededIndexes':'0-x'}~.succeededIndexes: Invalid value: "0-x": error parsing succeededIndexes: cannot convert string to integer for index: "x"
            {'succeededIndexes':'1,'}~.succeededIndexes: Invalid value: "1,": error parsing succeededIndexes: cannot convert string to integer for index: ""
            {'succeededIndexes':'0-1-2'}~.succeededIndexes: Invalid value: "0-1-2": error parsing succeededIndexes: the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by '-'
            {'succeededIndexes':'5'}~.succeededIndexes: Invalid value: "5": error parsing succeededIndexes: too large index: "5"
            {'succeededIndexes':'0-5'}~.succeededIndexes: Invalid value: "0-5": error parsing succeededIndexes: too large index: "5"
            {'succeededIndexes':'3-1'}~.succeededIndexes: Invalid value: "3-1": error parsing succeededIndexes: non-increasing order, previous: 3, current: 1
            {'succeededIndexes':'2,1'}~.succeededIndexes: Invalid value: "2,1": error parsing succeededIndexes: non-increasing order, previous: 2, current: 1
            {'succeededIndexes':'0-2,2'}~.succeededIndexes: Invalid value: "0-2,2": error parsing succeededIndexes: non-increasing order, previous: 2, current: 2
            """)
    void whatASuccessIs(String rule, String words) {
        says(
                "'completionMode':'Indexed','completions':5,'successPolicy':{'rules':[" + rule + "]}",
                words.equals("ok") ? words : "spec.successPolicy.rules[0]" + words);
    }

    @Test
    void aSuccessPolicyHasRulesAndIndexes() {
        says(
                "'completionMode':'Indexed','completions':5,'successPolicy':{'rules':[]}",
                "spec.successPolicy.rules: Required value: at least one rules must be specified when the successPolicy is"
                        + " specified");
        says(
                "'successPolicy':{'rules':[{'succeededCount':1}]}",
                "spec.successPolicy: Invalid value: {\"rules\":[{\"succeededCount\":1}]}: requires indexed completion mode");
    }

    @Test
    void aCronJobsJobsAreHeldToTheSame() {
        Refusals.are(
                "batch/v1",
                "CronJob",
                "'spec':{'schedule':'* * * * *','jobTemplate':{'spec':{'backoffLimitPerIndex':1,"
                        + TEMPLATE.formatted("Never") + "}}}",
                "spec.jobTemplate.spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '#', textBlock = """
            '*/5 0-6 1,15 * MON-FRI'~ok
            '@hourly'~ok
            ''~spec.schedule: Required value
            '* * * *'~spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]
            'TZ=UTC * * * * *'~spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead
            '* * * * *','timeZone':'Europe/Vienna'~ok
            '* * * * *','timeZone':''~spec.timeZone: Invalid value: "": timeZone must be nil or non-empty string
            '* * * * *','timeZone':'local'~spec.timeZone: Invalid value: "local": timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones
            '* * * * *','timeZone':'Mars/Olympus'~spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus
            '* * * * *','concurrencyPolicy':'Maybe'~spec.concurrencyPolicy: Unsupported value: "Maybe": supported values: "Allow", "Forbid", "Replace"
            '* * * * *','startingDeadlineSeconds':-1~spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0
            '* * * * *','successfulJobsHistoryLimit':-1~spec.successfulJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0
            """)
    void whenACronJobRuns(String schedule, String words) {
        Refusals.are(
                "batch/v1",
                "CronJob",
                "'spec':{'schedule':" + schedule + ",'jobTemplate':{'spec':{" + TEMPLATE.formatted("OnFailure") + "}}}",
                words);
    }
}
