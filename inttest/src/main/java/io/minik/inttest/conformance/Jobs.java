package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** Jobs, their policies of failure and success, and CronJobs. */
final class Jobs {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration MINUTES = Duration.ofSeconds(150);

    private Jobs() {}

    static void add(Run run) {
        run.behaviour("job: completes when tasks fail and are restarted in place", Jobs::restarts);
        run.behaviour("job: indexed pods have their index and host name", Jobs::indexed);
        run.behaviour("job: an exit code fails it early", Jobs::failsEarly);
        run.behaviour("job: a disruption is ignored by its policy", Jobs::ignoresDisruption);
        run.behaviour("job: all indexes run with a limit for each", Jobs::limitPerIndex);
        run.behaviour("job: an index fails by the policy's FailIndex", Jobs::failIndex);
        run.behaviour("job: ends when more indexes fail than may", Jobs::maxFailedIndexes);
        run.behaviour("job: success of all indexes", place -> success(place, "", 2, "[ $JOB_COMPLETION_INDEX -ge 0 ]"));
        run.behaviour(
                "job: success by the policy's indexes",
                place -> success(
                        place,
                        "'successPolicy':{'rules':[{'succeededIndexes':'0'}]},",
                        5,
                        "[ $JOB_COMPLETION_INDEX -eq 0 ] || sleep 3600"));
        run.behaviour(
                "job: success by the policy's count",
                place -> success(
                        place,
                        "'successPolicy':{'rules':[{'succeededCount':1}]},",
                        5,
                        "[ $JOB_COMPLETION_INDEX -eq 0 ] || sleep 3600"));
        run.behaviour("job: adopts and releases pods", Jobs::adopts);
        run.behaviour("job: is deleted with its pods", Jobs::deleted);
        run.behaviour("job: status is patched and updated", Jobs::status);
        run.behaviour("job: lifecycle with suspension and a collection", Jobs::lifecycle);
        run.behaviour("cronjob: schedules several at a time", place -> cron(place, "Allow", false));
        run.behaviour("cronjob: replaces the one that runs", place -> cron(place, "Replace", false));
        run.behaviour("cronjob: schedules none while one runs", place -> cron(place, "Forbid", false));
        run.behaviour("cronjob: schedules none while suspended", place -> cron(place, "Allow", true));
    }

    private static String template(Place place, String restart, String script) {
        return Api.json(
                        "{'metadata':{'labels':{'of':'job'}},'spec':{'restartPolicy':'%s','terminationGracePeriodSeconds':0,'volumes':[{'name':'data','emptyDir':{}}],'containers':[{'name':'c','image':'%s','command':['sh','-c','SCRIPT'],'volumeMounts':[{'name':'data','mountPath':'/data'}]}]}}",
                        restart, place.image())
                .replace("SCRIPT", script);
    }

    /** @param spec fields beside the template, each followed by a comma */
    private static JsonNode made(Place place, String name, String spec, String restart, String script) {
        return place.api()
                .post(
                        place.batch("jobs"),
                        Api.json(
                                        "{'metadata':{'name':'%s','labels':{'life':'%s'}},'spec':{%s'template':",
                                        name, name, spec)
                                + template(place, restart, script) + "}}")
                .expect(Api.CREATED)
                .body();
    }

    private static JsonNode job(Place place) {
        return place.api().get(place.batch("jobs") + "/job").ok();
    }

    private static boolean condition(JsonNode job, String type) {
        return Checks.any(
                job.at("/status/conditions"),
                each -> each.path("type").asText().equals(type)
                        && each.path("status").asText().equals("True"));
    }

    private static String reason(JsonNode job, String type) {
        for (JsonNode each : job.at("/status/conditions")) {
            if (each.path("type").asText().equals(type)) {
                return each.path("reason").asText();
            }
        }
        return "";
    }

    private static void restarts(Place place) {
        made(
                place,
                "job",
                "'parallelism':2,'completions':4,'backoffLimit':6,",
                "OnFailure",
                "if [ -r /data/foo ]; then exit 0; else touch /data/foo; exit 1; fi");
        Checks.within(MINUTES, "complete", () -> condition(job(place), "Complete"));
        Checks.same("succeeded", 4, job(place).at("/status/succeeded").asInt());
    }

    private static void indexed(Place place) {
        made(place, "job", "'parallelism':2,'completions':4,'completionMode':'Indexed',", "Never", "hostname; exit 0");
        Checks.within(SOON, "complete", () -> condition(job(place), "Complete"));
        Checks.same("indexes", "0-3", job(place).at("/status/completedIndexes").asText());
        Set<String> found = new HashSet<>();
        for (JsonNode pod : place.api().get(place.core("pods")).ok().path("items")) {
            String index = pod.path("metadata")
                    .path("annotations")
                    .path("batch.kubernetes.io/job-completion-index")
                    .asText();
            found.add(index);
            Checks.same("host name", "job-" + index, pod.at("/spec/hostname").asText());
        }
        Checks.same("indexes of pods", Set.of("0", "1", "2", "3"), found);
    }

    private static void failsEarly(Place place) {
        made(
                place,
                "job",
                "'parallelism':2,'completions':4,'backoffLimit':60,'podFailurePolicy':{'rules':[{'action':'FailJob','onExitCodes':{'containerName':'c','operator':'In','values':[1]}}]},",
                "Never",
                "exit 1");
        Checks.within(SOON, "failed", () -> condition(job(place), "Failed"));
        Checks.same("reason", "PodFailurePolicy", reason(job(place), "Failed"));
    }

    private static void ignoresDisruption(Place place) {
        Api api = place.api();
        made(
                place,
                "job",
                "'parallelism':1,'completions':1,'backoffLimit':0,'podFailurePolicy':{'rules':[{'action':'Ignore','onPodConditions':[{'type':'DisruptionTarget','status':'True'}]}]},",
                "Never",
                "sleep 3600");
        Checks.within(SOON, "its pod runs", () -> api.get(place.core("pods"))
                .ok()
                .at("/items/0/status/phase")
                .asText()
                .equals("Running"));
        String first =
                api.get(place.core("pods")).ok().at("/items/0/metadata/name").asText();
        api.post(
                        place.core("pods") + "/" + first + "/eviction",
                        Api.json("{'apiVersion':'policy/v1','kind':'Eviction','metadata':{'name':'%s'}}", first))
                .ok();
        Checks.within(
                SOON,
                "another pod runs",
                () -> Checks.any(
                        api.get(place.core("pods")).ok().path("items"),
                        pod -> !pod.at("/metadata/name").asText().equals(first)
                                && pod.at("/status/phase").asText().equals("Running")));
        JsonNode job = job(place);
        Checks.same("failed", 0, job.at("/status/failed").asInt());
        Checks.holds("goes on", !condition(job, "Failed"));
    }

    private static void limitPerIndex(Place place) {
        made(
                place,
                "job",
                "'parallelism':2,'completions':4,'completionMode':'Indexed','backoffLimitPerIndex':1,",
                "Never",
                "[ $((JOB_COMPLETION_INDEX % 2)) -eq 1 ]");
        Checks.within(MINUTES, "failed", () -> condition(job(place), "Failed"));
        JsonNode job = job(place);
        Checks.same("reason", "FailedIndexes", reason(job, "Failed"));
        Checks.same("failed", "0,2", job.at("/status/failedIndexes").asText());
        Checks.same("completed", "1,3", job.at("/status/completedIndexes").asText());
        Checks.same("pods that failed", 4, job.at("/status/failed").asInt());
        Checks.same("pods that succeeded", 2, job.at("/status/succeeded").asInt());
    }

    private static void failIndex(Place place) {
        made(
                place,
                "job",
                "'parallelism':2,'completions':2,'completionMode':'Indexed','backoffLimitPerIndex':1,'podFailurePolicy':{'rules':[{'action':'FailIndex','onExitCodes':{'operator':'In','values':[42]}}]},",
                "Never",
                "[ $JOB_COMPLETION_INDEX -eq 1 ] || exit 42");
        Checks.within(SOON, "failed", () -> condition(job(place), "Failed"));
        JsonNode job = job(place);
        Checks.same("failed", "0", job.at("/status/failedIndexes").asText());
        Checks.same("completed", "1", job.at("/status/completedIndexes").asText());
        Checks.same("pods that failed", 1, job.at("/status/failed").asInt());
    }

    private static void maxFailedIndexes(Place place) {
        made(
                place,
                "job",
                "'parallelism':10,'completions':10,'completionMode':'Indexed','backoffLimitPerIndex':0,'maxFailedIndexes':4,",
                "Never",
                "exit 1");
        Checks.within(SOON, "failed", () -> condition(job(place), "Failed"));
        Checks.same("reason", "MaxFailedIndexesExceeded", reason(job(place), "Failed"));
    }

    private static void success(Place place, String policy, int count, String script) {
        made(
                place,
                "job",
                policy + "'parallelism':" + count + ",'completions':" + count + ",'completionMode':'Indexed',",
                "Never",
                script);
        Checks.within(SOON, "complete", () -> condition(job(place), "Complete"));
        JsonNode job = job(place);
        if (policy.isEmpty()) {
            Checks.same("reason", "CompletionsReached", reason(job, "Complete"));
            Checks.same("completed", "0,1", job.at("/status/completedIndexes").asText());
        } else {
            Checks.holds("criteria met", condition(job, "SuccessCriteriaMet"));
            Checks.same("reason", "SuccessPolicy", reason(job, "Complete"));
            Checks.same("completed", "0", job.at("/status/completedIndexes").asText());
        }
    }

    private static void adopts(Place place) {
        Api api = place.api();
        String uid = made(place, "job", "'parallelism':2,'completions':2,", "Never", "sleep 3600")
                .at("/metadata/uid")
                .asText();
        String pods = place.core("pods");
        Checks.within(SOON, "two pods", () -> api.get(pods).ok().path("items").size() == 2);
        String pod =
                pods + "/" + api.get(pods).ok().at("/items/0/metadata/name").asText();
        api.merge(pod, "{\"metadata\":{\"ownerReferences\":null}}").ok();
        Checks.within(SOON, "adopted", () -> api.get(pod)
                .ok()
                .at("/metadata/ownerReferences/0/uid")
                .asText()
                .equals(uid));
        while (true) {
            ObjectNode read = (ObjectNode) api.get(pod).ok();
            read.withObject("/metadata").putObject("labels");
            if (api.put(pod, read).code() != Api.CONFLICT) {
                break;
            }
        }
        Checks.within(
                SOON,
                "released",
                () -> api.get(pod).ok().at("/metadata/ownerReferences").isEmpty());
    }

    private static void deleted(Place place) {
        Api api = place.api();
        made(place, "job", "'parallelism':2,'completions':2,", "Never", "sleep 3600");
        Checks.within(
                SOON,
                "two pods",
                () -> api.get(place.core("pods")).ok().path("items").size() == 2);
        api.delete(place.batch("jobs") + "/job", "{\"propagationPolicy\":\"Background\"}")
                .ok();
        Checks.within(
                SOON,
                "no pods",
                () -> api.get(place.core("pods")).ok().path("items").isEmpty());
        api.get(place.batch("jobs") + "/job").expect(Api.NOT_FOUND);
    }

    private static void status(Place place) {
        Api api = place.api();
        made(place, "job", "'parallelism':1,'completions':1,'suspend':true,", "Never", "sleep 3600");
        String status = place.batch("jobs") + "/job/status";
        Checks.within(SOON, "its controller has seen it", () -> condition(job(place), "Suspended"));
        String condition =
                "{'type':'CustomConditionType','status':'True','lastTransitionTime':'2026-01-01T00:00:00Z','reason':'E2E','message':'Set from e2e test'}";
        JsonNode patched = api.merge(
                        status,
                        Api.json(
                                "{'metadata':{'annotations':{'patchedstatus':'true'}},'status':{'conditions':[%s]}}",
                                condition))
                .ok();
        Checks.holds("patched", condition(patched, "CustomConditionType"));
        Checks.same(
                "annotation",
                "true",
                patched.at("/metadata/annotations/patchedstatus").asText());
        while (true) {
            ObjectNode read = (ObjectNode) api.get(status).ok();
            read.withArray("/status/conditions")
                    .add(Api.tree(Api.json(condition.replace("CustomConditionType", "Updated"))));
            Api.Answer answer = api.put(status, read);
            if (answer.code() != Api.CONFLICT) {
                Checks.holds("updated", condition(answer.ok(), "Updated"));
                return;
            }
        }
    }

    private static void lifecycle(Place place) {
        Api api = place.api();
        made(place, "job", "'parallelism':1,'completions':1,'suspend':true,", "Never", "exit 0");
        String path = place.batch("jobs");
        JsonNode patched = api.merge(path + "/job", "{\"metadata\":{\"labels\":{\"patched\":\"yes\"}}}")
                .ok();
        Checks.same("patched", "yes", patched.at("/metadata/labels/patched").asText());
        Checks.within(SOON, "suspended", () -> condition(job(place), "Suspended"));
        Checks.same("pods", 0, api.get(place.core("pods")).ok().path("items").size());
        while (true) {
            ObjectNode read = (ObjectNode) job(place);
            read.withObject("/spec").put("suspend", false);
            read.withObject("/metadata/annotations").put("updated", "true");
            if (api.put(path + "/job", read).code() != Api.CONFLICT) {
                break;
            }
        }
        Checks.within(SOON, "complete", () -> condition(job(place), "Complete"));
        String everywhere = "/apis/batch/v1/jobs?labelSelector=life%3Djob,patched%3Dyes";
        Checks.holds(
                "listed in all namespaces",
                !api.get(everywhere).ok().path("items").isEmpty());
        api.delete(path + "?labelSelector=life%3Djob").ok();
        Checks.within(SOON, "gone", () -> api.get(path).ok().path("items").isEmpty());
    }

    /** Of a schedule of every minute. */
    private static void cron(Place place, String policy, boolean suspended) {
        Api api = place.api();
        String path = place.batch("cronjobs");
        api.post(
                        path,
                        Api.json(
                                        "{'metadata':{'name':'cron'},'spec':{'schedule':'*/1 * * * ?','suspend':%s,'concurrencyPolicy':'%s','jobTemplate':{'spec':{'parallelism':1,'completions':1,'template':",
                                        suspended, policy)
                                + template(place, "OnFailure", "sleep 3600") + "}}}}")
                .expect(Api.CREATED);
        Duration twoMinutes = Duration.ofSeconds(140);
        if (suspended) {
            Checks.stays(
                    Duration.ofSeconds(70),
                    "nothing is scheduled",
                    () -> api.get(place.batch("jobs")).ok().path("items").isEmpty());
            return;
        }
        Checks.within(twoMinutes, "one runs", () -> active(place) == 1);
        String first =
                api.get(place.batch("jobs")).ok().at("/items/0/metadata/name").asText();
        switch (policy) {
            case "Allow" -> Checks.within(twoMinutes, "two run", () -> active(place) == 2);
            case "Replace" ->
                Checks.within(
                        twoMinutes,
                        "another runs in its place",
                        () -> active(place) == 1
                                && api.get(place.batch("jobs") + "/" + first).code() == Api.NOT_FOUND);
            default -> Checks.stays(Duration.ofSeconds(65), "no other is scheduled", () -> active(place) == 1);
        }
    }

    private static int active(Place place) {
        return place.api()
                .get(place.batch("cronjobs") + "/cron")
                .ok()
                .at("/status/active")
                .size();
    }
}
