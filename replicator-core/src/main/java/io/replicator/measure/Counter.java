package io.replicator.measure;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A number that only grows: one thread adds, any thread reads. */
public final class Counter {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private long value;

    /** The one writer. */
    public void add(long more) {
        VALUE.setOpaque(this, value + more);
    }

    public void increment() {
        add(1);
    }

    /** Any thread: the value, at most a moment old. */
    public long value() {
        return (long) VALUE.getOpaque(this);
    }
}
