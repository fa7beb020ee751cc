package io.replicator.daemon.document;

import com.fasterxml.jackson.core.JsonGenerator;
import io.replicator.verify.Difference;
import io.replicator.verify.VerificationReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/**
 * {@code replicator verify --json}: one document, written piece by piece, because there may be more differences than fit into
 * memory. A document that is closed early is complete JSON with what was found until then. Used by one thread at a time.
 *
 * <pre>
 *   {"flows":[{"flow":…,"differences":[{…},…],"equal":…,…},…]}
 * </pre>
 */
public final class VerificationDocument implements AutoCloseable {
    private final JsonGenerator json;

    /**
     * Begins the document.
     *
     * @param out stays open when the document is closed
     */
    public VerificationDocument(Writer out) {
        try {
            json = Json.generator(out);
            json.writeStartObject();
            json.writeArrayFieldStart("flows");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void beginFlow(String flow) {
        write(() -> {
            json.writeStartObject();
            json.writeStringField("flow", flow);
            json.writeArrayFieldStart("differences");
        });
    }

    public void add(Difference difference) {
        write(() -> json.writePOJO(new DifferenceDocument(
                difference.topic(),
                difference.partition(),
                difference.sourceOffset(),
                difference.targetTopic(),
                difference.targetOffset(),
                difference.what())));
    }

    public void endFlow(VerificationReport report) {
        write(() -> {
            json.writeEndArray();
            json.writeBooleanField("equal", report.isEqual());
            json.writeNumberField("partitions", report.partitions());
            json.writeNumberField("comparedRecords", report.comparedRecords());
            json.writeNumberField("comparedBytes", report.comparedBytes());
            json.writeNumberField("differenceCount", report.differences());
            json.writePOJOField("notes", report.notes());
            json.writeEndObject();
        });
    }

    @Override
    public void close() {
        write(json::close);
    }

    /** One place where source and target differ; an offset is -1 where there is no record. */
    record DifferenceDocument(
            String topic, int partition, long sourceOffset, String targetTopic, long targetOffset, String what) {}

    private interface Piece {
        void write() throws IOException;
    }

    private static void write(Piece piece) {
        try {
            piece.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
