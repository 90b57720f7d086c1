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

    /**
     * @param ok it succeeded
     * @param message what it said; for failures, worded as kubelet words it
     * @param unknown it could not be tried (the node's fault): a probe ignores it
     */
    record Outcome(boolean ok, String message, boolean unknown) {
        public static Outcome success(String message) {
            return new Outcome(true, message, false);
        }

        public static Outcome failure(String message) {
            return new Outcome(false, message, false);
        }

        public static Outcome unknown(String message) {
            return new Outcome(false, message, true);
        }
    }

    Future<Outcome> run(LifecycleHandler handler, Target target, long timeoutMillis);
}
