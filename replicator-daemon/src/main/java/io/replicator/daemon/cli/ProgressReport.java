package io.replicator.daemon.cli;

import io.replicator.daemon.terminal.FlowView;
import io.replicator.daemon.terminal.Quantity;
import io.replicator.daemon.terminal.Screen;
import io.replicator.flow.FlowStatus;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the progress of the flows: in place on a terminal, otherwise as one log line per flow every 10 seconds. One thread. */
final class ProgressReport implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressReport.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WIDTH_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Optional<Screen> screen = Screen.open();
    private long lastLogNanos;
    private long lastWidthNanos;
    private FlowView view = new FlowView(0, false);

    ProgressReport(long nowNanos) {
        lastLogNanos = nowNanos;
        lastWidthNanos = nowNanos - WIDTH_NANOS;
    }

    void show(List<FlowStatus> flows, long nowNanos) {
        if (screen.isPresent()) {
            if (nowNanos - lastWidthNanos >= WIDTH_NANOS) {
                view = new FlowView(Screen.width(), Screen.wantsColours());
                lastWidthNanos = nowNanos;
            }
            screen.get().draw(view.lines(flows));
        } else if (nowNanos - lastLogNanos >= LOG_NANOS) {
            lastLogNanos = nowNanos;
            flows.forEach(ProgressReport::log);
        }
    }

    private static void log(FlowStatus flow) {
        LOG.info(
                "flow={} state={} lag={} rate={}/s bytes={} eta={} partitions=\"{}\"{}",
                flow.name(),
                flow.state(),
                flow.lagRecords(),
                Math.round(flow.recordsPerSecond()),
                Quantity.bytesPerSecond(flow.bytesPerSecond()).replace(" ", ""),
                Quantity.duration(flow.etaSeconds()),
                FlowView.states(flow),
                flow.reason().isEmpty() ? "" : " reason=\"" + flow.reason() + "\"");
    }

    @Override
    public void close() {
        screen.ifPresent(Screen::close);
    }
}
