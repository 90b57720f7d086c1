package io.minik.server.simulation;

import io.minik.ground.loop.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;

/** The loop of a process that may be killed: what it still meant to do is never done. */
final class MortalLoop implements Loop {
    private final Loop loop;
    private boolean dead;

    MortalLoop(Loop loop) {
        this.loop = loop;
    }

    void die() {
        dead = true;
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
        loop.run(whileAlive(task));
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return loop.after(delay, whileAlive(task));
    }

    @Override
    public Instant now() {
        return loop.now();
    }

    @Override
    public long millis() {
        return loop.millis();
    }

    @Override
    public RandomGenerator random() {
        return loop.random();
    }
}
