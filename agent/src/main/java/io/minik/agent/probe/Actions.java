package io.minik.agent.probe;

import io.minik.api.core.LifecycleHandler;
import io.vertx.core.Future;
import java.util.Map;

/** Does once what a probe or a hook says. Never fails: what went wrong is an outcome. */
public interface Actions {
    /**
     * @param containerId where exec runs
     * @param address of the pod, for handlers that name no host
     * @param ports by name, of the container
     */
    record Target(String containerId, String address, Map<String, Integer> ports) {}

    enum Result {
        SUCCESS,
        /** It succeeded, and a person should know of something. */
        WARNING,
        FAILURE,
        /** It could not be tried (the node's fault): a probe passes over it. */
        UNKNOWN
    }

    /** @param message what it said; for failures, worded as kubelet words it */
    record Outcome(Result result, String message) {
        public static Outcome success(String message) {
            return new Outcome(Result.SUCCESS, message);
        }

        public static Outcome warning(String message) {
            return new Outcome(Result.WARNING, message);
        }

        public static Outcome failure(String message) {
            return new Outcome(Result.FAILURE, message);
        }

        public static Outcome unknown(String message) {
            return new Outcome(Result.UNKNOWN, message);
        }

        public boolean ok() {
            return result == Result.SUCCESS || result == Result.WARNING;
        }
    }

    /** Why it is done: a hook takes any answer of HTTP, and each tells its name to what it asks. */
    enum Purpose {
        PROBE("kube-probe"),
        HOOK("kube-lifecycle");

        private final String agent;

        Purpose(String agent) {
            this.agent = agent;
        }

        /** As the User-Agent begins. */
        String agent() {
            return agent;
        }
    }

    Future<Outcome> run(Purpose purpose, LifecycleHandler handler, Target target, long timeoutMillis);
}
