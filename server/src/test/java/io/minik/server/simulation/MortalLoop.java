package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.util.List;

/** The loop of a process that may be killed: what it still meant to do is never done. */
public final class MortalLoop extends TimedLoop {
    private boolean dead;

    public MortalLoop(Loop loop) {
        super(loop);
    }

    public void die() {
        dead = true;
        List.copyOf(pending).forEach(Timer::cancel);
    }

    boolean dead() {
        return dead;
    }

    private Runnable whileAlive(Runnable task) {
        return () -> {
            if (!dead) {
                task.run();
            }
        };
    }

    @Override
    public void run(Runnable task) {
        super.run(whileAlive(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return super.after(delay, whileAlive(task));
    }
}
