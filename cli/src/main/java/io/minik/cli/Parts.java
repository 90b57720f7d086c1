package io.minik.cli;

import io.minik.server.controllers.Controllers;
import java.util.List;

/** What comes in the box and can be left out, by the names that k3s has for it where it has one. @param disabled as given */
record Parts(List<String> disabled) {
    static final String METRICS = "metrics-server";
    static final String SERVICE_LB = "servicelb";

    private static final List<String> ALL = List.of(METRICS, SERVICE_LB);

    boolean has(String part) {
        return !disabled.contains(part);
    }

    /** @throws StartFailure naming what is no part */
    void check(Flag flag) {
        disabled.stream().filter(text -> !ALL.contains(text)).forEach(text -> {
            throw flag.wrong(text, "is nothing that could be left out: that is " + String.join(", ", ALL));
        });
    }

    Controllers.Box box(int serverPort) {
        return new Controllers.Box(has(SERVICE_LB), serverPort);
    }
}
