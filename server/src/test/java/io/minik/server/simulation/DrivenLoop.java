package io.minik.server.simulation;

import io.minik.ground.loop.TestLoop;
import java.time.Duration;

/** A loop of simulated time that its test moves; it counts the timers that were set on it. */
public final class DrivenLoop extends TimedLoop implements TestLoop {
    private final SimulatedTime time;

    public DrivenLoop(SimulatedTime time) {
        super(time.loop());
        this.time = time;
    }

    @Override
    public void settle() {
        time.settle();
    }

    @Override
    public boolean step() {
        return time.turn();
    }

    @Override
    public void advance(Duration by) {
        time.pass(by);
    }

    @Override
    public int timers() {
        return pending.size();
    }
}
