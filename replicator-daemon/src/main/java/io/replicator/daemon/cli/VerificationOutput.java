package io.replicator.daemon.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.replicator.daemon.terminal.Quantity;
import io.replicator.daemon.terminal.Screen;
import io.replicator.verify.Difference;
import io.replicator.verify.VerificationProgress;
import io.replicator.verify.VerificationReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a verification's findings go: each difference at once to stdout, as a line or into one JSON document, the
 * progress to stderr. Safe for use by several threads.
 */
final class VerificationOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VerificationOutput.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long DRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final PrintWriter out;
    private final Optional<JsonGenerator> json;
    private final Optional<Screen> screen = Screen.open();
    private String flow = "";
    private long lastNanos = System.nanoTime();

    private VerificationOutput(PrintWriter out, Optional<JsonGenerator> json) {
        this.out = out;
        this.json = json;
    }

    static VerificationOutput to(PrintWriter out, boolean asJson) {
        try {
            Optional<JsonGenerator> json = Optional.empty();
            if (asJson) {
                JsonGenerator generator = new JsonFactory().createGenerator(out);
                generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                generator.writeStartObject();
                generator.writeArrayFieldStart("flows");
                json = Optional.of(generator);
            }
            return new VerificationOutput(out, json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void begin(String flowName) {
        flow = flowName;
        write(document -> {
            document.writeStartObject();
            document.writeStringField("flow", flowName);
            document.writeArrayFieldStart("differences");
        });
    }

    synchronized void difference(Difference difference) {
        erase();
        if (json.isEmpty()) {
            out.println("DIFFERENT " + flow + ": " + difference.topic() + "-" + difference.partition() + "@"
                    + place(difference.sourceOffset()) + " / " + difference.targetTopic() + "-"
                    + difference.partition() + "@" + place(difference.targetOffset()) + ": " + difference.what());
            out.flush();
        }
        write(document -> {
            document.writeStartObject();
            document.writeStringField("topic", difference.topic());
            document.writeNumberField("partition", difference.partition());
            document.writeNumberField("sourceOffset", difference.sourceOffset());
            document.writeStringField("targetTopic", difference.targetTopic());
            document.writeNumberField("targetOffset", difference.targetOffset());
            document.writeStringField("what", difference.what());
            document.writeEndObject();
        });
    }

    /** What goes to stdout may stand on the same terminal: below what is drawn, the next drawing would erase it. */
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
        if (json.isEmpty()) {
            report.notes().forEach(note -> out.println("NOTE " + flow + ": " + note));
            out.println((report.isEqual() ? "EQUAL " : "DIFFERENT ") + flow + ": " + report.comparedRecords()
                    + " records and " + report.comparedBytes() + " bytes compared in " + report.partitions()
                    + " partitions, " + report.differences() + " differences");
            out.flush();
        }
        write(document -> {
            document.writeEndArray();
            document.writeBooleanField("equal", report.isEqual());
            document.writeNumberField("partitions", report.partitions());
            document.writeNumberField("comparedRecords", report.comparedRecords());
            document.writeNumberField("comparedBytes", report.comparedBytes());
            document.writeNumberField("differenceCount", report.differences());
            document.writeArrayFieldStart("notes");
            for (String note : report.notes()) {
                document.writeString(note);
            }
            document.writeEndArray();
            document.writeEndObject();
        });
    }

    /** Ends the document, also one that broke off: what was found until then can be read. */
    @Override
    public synchronized void close() {
        erase();
        screen.ifPresent(Screen::close);
        write(document -> {
            document.close();
            out.println();
        });
        out.flush();
    }

    /** Writes a piece of the document. */
    private interface Piece {
        void writeTo(JsonGenerator document) throws IOException;
    }

    private void write(Piece piece) {
        json.ifPresent(document -> {
            try {
                piece.writeTo(document);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
