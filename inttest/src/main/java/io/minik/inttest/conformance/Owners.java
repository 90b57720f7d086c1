package io.minik.inttest.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.minik.inttest.conformance.Run.Place;
import java.time.Duration;

/** What goes with its owner, what stays, and in which order. */
final class Owners {
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final Duration KEPT = Duration.ofSeconds(4);
    private static final String BACKGROUND = "Background";
    private static final String FOREGROUND = "Foreground";
    private static final String ORPHAN = "Orphan";

    private Owners() {}

    static void add(Run run) {
        run.behaviour("garbage: a controller's pods go in the background", Owners::podsGo);
        run.behaviour("garbage: a controller's pods are orphaned", Owners::podsStay);
        run.behaviour("garbage: a Deployment's ReplicaSet goes in the background", Owners::setGoes);
        run.behaviour("garbage: a Deployment's ReplicaSet is orphaned", Owners::setStays);
        run.behaviour("garbage: the controller waits for its pods in the foreground", Owners::ownerWaits);
        run.behaviour("garbage: who has another valid owner stays", Owners::otherOwner);
        run.behaviour("garbage: a circle of owners is no obstacle", Owners::circle);
    }

    private static String options(String policy) {
        return "{\"propagationPolicy\":\"" + policy + "\"}";
    }

    static String controller(Place place, String name, int replicas) {
        return Api.json(
                "{'metadata':{'name':'%1$s'},'spec':{'replicas':%2$d,'selector':{'name':'%1$s'},'template':{'metadata':{'labels':{'name':'%1$s'}},'spec':{'terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'%3$s','command':['sleep','3600']}]}}}}",
                name, replicas, place.image());
    }

    private static String deployment(Place place, String name) {
        return Api.json(
                "{'metadata':{'name':'%1$s'},'spec':{'replicas':2,'selector':{'matchLabels':{'name':'%1$s'}},'template':{'metadata':{'labels':{'name':'%1$s'}},'spec':{'terminationGracePeriodSeconds':0,'containers':[{'name':'c','image':'%2$s','command':['sleep','3600']}]}}}}",
                name, place.image());
    }

    private static int count(Place place, String path) {
        return place.api().get(path).ok().path("items").size();
    }

    private static void podsGo(Place place) {
        String rcs = place.core("replicationcontrollers");
        place.api().post(rcs, controller(place, "rc", 2)).ok();
        Checks.within(SOON, "two pods", () -> count(place, place.core("pods")) == 2);
        place.api().delete(rcs + "/rc", options(BACKGROUND)).ok();
        Checks.within(SOON, "no pods", () -> count(place, place.core("pods")) == 0);
        Checks.same("controllers", 0, count(place, rcs));
    }

    private static void podsStay(Place place) {
        String rcs = place.core("replicationcontrollers");
        place.api().post(rcs, controller(place, "rc", 3)).ok();
        Checks.within(SOON, "three pods", () -> count(place, place.core("pods")) == 3);
        place.api().delete(rcs + "/rc", options(ORPHAN)).ok();
        Checks.within(SOON, "no controller", () -> count(place, rcs) == 0);
        Checks.stays(KEPT, "the pods stay", () -> count(place, place.core("pods")) == 3);
        place.api()
                .get(place.core("pods"))
                .ok()
                .path("items")
                .forEach(pod -> Checks.same(
                        "owners", 0, pod.at("/metadata/ownerReferences").size()));
    }

    private static void setGoes(Place place) {
        String sets = place.apps("replicasets");
        place.api().post(place.apps("deployments"), deployment(place, "d")).ok();
        Checks.within(SOON, "a set", () -> count(place, sets) == 1);
        place.api()
                .delete(place.apps("deployments") + "/d", options(BACKGROUND))
                .ok();
        Checks.within(SOON, "no set", () -> count(place, sets) == 0);
        Checks.within(SOON, "no pods", () -> count(place, place.core("pods")) == 0);
    }

    private static void setStays(Place place) {
        String sets = place.apps("replicasets");
        place.api().post(place.apps("deployments"), deployment(place, "d")).ok();
        Checks.within(SOON, "a set", () -> count(place, sets) == 1);
        place.api().delete(place.apps("deployments") + "/d", options(ORPHAN)).ok();
        Checks.within(SOON, "no deployment", () -> count(place, place.apps("deployments")) == 0);
        Checks.stays(KEPT, "the set stays", () -> count(place, sets) == 1);
        JsonNode set = place.api().get(sets).ok().at("/items/0");
        Checks.same("owners", 0, set.at("/metadata/ownerReferences").size());
    }

    /** Its pods end slowly: until the last is gone the controller is there, with its finalizer. */
    private static void ownerWaits(Place place) {
        String rcs = place.core("replicationcontrollers");
        String slow = controller(place, "rc", 2)
                .replace("\"terminationGracePeriodSeconds\":0", "\"terminationGracePeriodSeconds\":5")
                .replace("\"sleep\",\"3600\"", "\"sh\",\"-c\",\"trap : TERM; sleep 3600 & wait; sleep 3\"");
        place.api().post(rcs, slow).ok();
        Checks.within(
                SOON,
                "two ready",
                () -> place.api()
                                .get(rcs + "/rc")
                                .ok()
                                .at("/status/readyReplicas")
                                .asInt()
                        == 2);
        place.api().delete(rcs + "/rc", options(FOREGROUND)).ok();
        JsonNode waiting = place.api().get(rcs + "/rc").ok();
        Checks.same(
                "finalizer",
                "foregroundDeletion",
                waiting.at("/metadata/finalizers/0").asText());
        Checks.within(SOON, "gone", () -> {
            int pods = count(place, place.core("pods"));
            boolean gone = place.api().get(rcs + "/rc").code() == Api.NOT_FOUND;
            Checks.holds("no pod outlives it", !gone || pods == 0 || count(place, place.core("pods")) == 0);
            return gone;
        });
    }

    private static void otherOwner(Place place) {
        Api api = place.api();
        String rcs = place.core("replicationcontrollers");
        JsonNode dying = api.post(rcs, controller(place, "dying", 4)).ok();
        JsonNode staying = api.post(rcs, controller(place, "staying", 0)).ok();
        Checks.within(SOON, "four pods", () -> count(place, place.core("pods")) == 4);
        JsonNode pods = api.get(place.core("pods")).ok().path("items");
        for (int i = 0; i < 2; i++) {
            String name = pods.get(i).at("/metadata/name").asText();
            api.patch(
                            place.core("pods") + "/" + name,
                            Api.STRATEGIC,
                            Api.json(
                                    "{'metadata':{'ownerReferences':[{'apiVersion':'v1','kind':'ReplicationController','name':'staying','uid':'%s'}]}}",
                                    staying.at("/metadata/uid").asText()))
                    .ok();
        }
        api.delete(
                        rcs + "/dying",
                        Api.json(
                                "{'propagationPolicy':'Foreground','preconditions':{'uid':'%s'}}",
                                dying.at("/metadata/uid").asText()))
                .ok();
        Checks.within(SOON, "the dying is gone", () -> api.get(rcs + "/dying").code() == Api.NOT_FOUND);
        Checks.within(SOON, "two pods are left", () -> count(place, place.core("pods")) == 2);
        Checks.stays(KEPT, "they stay", () -> count(place, place.core("pods")) == 2);
        api.get(place.core("pods")).ok().path("items").forEach(pod -> {
            Checks.holds(
                    "not being deleted", pod.at("/metadata/deletionTimestamp").isMissingNode());
            Checks.same("owners", 1, pod.at("/metadata/ownerReferences").size());
        });
    }

    private static void circle(Place place) {
        Api api = place.api();
        String pods = place.core("pods");
        String[] uids = new String[3];
        for (int i = 0; i < 3; i++) {
            uids[i] = api.post(pods, Run.pod("pod" + i, place.image(), ""))
                    .ok()
                    .at("/metadata/uid")
                    .asText();
        }
        for (int i = 0; i < 3; i++) {
            int owner = (i + 2) % 3;
            api.merge(
                            pods + "/pod" + i,
                            Api.json(
                                    "{'metadata':{'ownerReferences':[{'apiVersion':'v1','kind':'Pod','name':'pod%d','uid':'%s','controller':true,'blockOwnerDeletion':true}]}}",
                                    owner, uids[owner]))
                    .ok();
        }
        api.delete(pods + "/pod0", options(FOREGROUND)).ok();
        Checks.within(SOON, "all three go", () -> count(place, pods) == 0);
    }
}
