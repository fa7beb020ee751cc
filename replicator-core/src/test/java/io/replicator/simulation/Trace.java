package io.replicator.simulation;

import java.util.ArrayDeque;

/** The last things that happened in a simulation, put into words only when somebody reads them. */
final class Trace {
    private static final int KEPT = 200;

    private final ArrayDeque<Object[]> events = new ArrayDeque<>();
    private final SimulatedTime time;
    private final boolean loud = Boolean.getBoolean("simulation.trace");

    Trace(SimulatedTime time) {
        this.time = time;
    }

    /** What happened; the parts do not change afterwards. */
    void say(Object... parts) {
        if (events.size() == KEPT) {
            events.poll();
        }
        Object[] event = new Object[parts.length + 1];
        event[0] = time.elapsedMillis();
        System.arraycopy(parts, 0, event, 1, parts.length);
        events.add(event);
        if (loud) {
            System.out.println(words(event));
        }
    }

    private static String words(Object[] event) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%8d ms  ", (Long) event[0]));
        for (int i = 1; i < event.length; i++) {
            text.append(event[i]).append(' ');
        }
        return text.toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(words(event)).append('\n'));
        return text.toString();
    }
}
