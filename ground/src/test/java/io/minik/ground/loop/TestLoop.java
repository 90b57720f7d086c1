package io.minik.ground.loop;

import java.time.Duration;

/** A loop whose time its test moves. */
public interface TestLoop extends Loop {
    /** Does all that is ready without letting time pass. */
    void settle();

    /** A part of what is ready. @return whether anything was */
    boolean step();

    void advance(Duration by);

    /** How many timers wait for their time. */
    int timers();
}
