package io.replicator.daemon.cli;

import io.replicator.daemon.document.VerificationDocument;
import io.replicator.daemon.terminal.Quantity;
import io.replicator.daemon.terminal.Screen;
import io.replicator.verify.Difference;
import io.replicator.verify.VerificationProgress;
import io.replicator.verify.VerificationReport;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prints what a verification finds: each difference immediately to stdout, as a line or as part of one JSON document; the
 * progress to stderr. Safe for use by several threads.
 */
final class VerificationOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VerificationOutput.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final PrintWriter out;
    private final Optional<VerificationDocument> json;
    private final Optional<Screen> screen = Screen.open();
    private String flow = "";
    private long lastNanos = System.nanoTime();

    private VerificationOutput(PrintWriter out, Optional<VerificationDocument> json) {
        this.out = out;
        this.json = json;
    }

    static VerificationOutput to(PrintWriter out, boolean asJson) {
        return new VerificationOutput(out, asJson ? Optional.of(new VerificationDocument(out)) : Optional.empty());
    }

    synchronized void begin(String flowName) {
        flow = flowName;
        json.ifPresent(document -> document.beginFlow(flowName));
    }

    synchronized void difference(Difference difference) {
        erase();
        if (json.isPresent()) {
            json.get().add(difference);
            return;
        }
        out.println("DIFFERENT " + flow + ": " + difference.topic() + "-" + difference.partition() + "@"
                + place(difference.sourceOffset()) + " / " + difference.targetTopic() + "-"
                + difference.partition() + "@" + place(difference.targetOffset()) + ": " + difference.what());
        out.flush();
    }

    /** Stdout may be the same terminal: the next drawing would erase what was printed below the current one. */
    private void erase() {
        screen.ifPresent(progress -> progress.draw(List.of()));
    }

    private static String place(long offset) {
        return offset < 0 ? "none" : Long.toString(offset);
    }

    synchronized void progress(VerificationProgress progress) {
        long nowNanos = System.nanoTime();
        if (nowNanos - lastNanos < (screen.isPresent() ? DRAW_NANOS : LOG_NANOS)) {
            return;
        }
        lastNanos = nowNanos;
        if (screen.isPresent()) {
            screen.get()
                    .draw(List.of(flow + ": compared " + Quantity.count((double) progress.comparedRecords()) + " of "
                            + Quantity.count((double) progress.totalRecords()) + " records, "
                            + progress.donePartitions() + " of " + progress.totalPartitions() + " partitions done"));
        } else {
            LOG.info(
                    "flow={} comparedRecords={} totalRecords={} donePartitions={} totalPartitions={}",
                    flow,
                    progress.comparedRecords(),
                    progress.totalRecords(),
                    progress.donePartitions(),
                    progress.totalPartitions());
        }
    }

    synchronized void end(VerificationReport report) {
        erase();
        if (json.isPresent()) {
            json.get().endFlow(report);
            return;
        }
        report.notes().forEach(note -> out.println("NOTE " + flow + ": " + note));
        out.println((report.isEqual() ? "EQUAL " : "DIFFERENT ") + flow + ": " + report.comparedRecords()
                + " records and " + report.comparedBytes() + " bytes compared in " + report.partitions()
                + " partitions, " + report.differences() + " differences");
        out.flush();
    }

    /** Ends the document; one that was broken off holds what was found until then. */
    @Override
    public synchronized void close() {
        erase();
        screen.ifPresent(Screen::close);
        json.ifPresent(document -> {
            document.close();
            out.println();
        });
        out.flush();
    }
}
