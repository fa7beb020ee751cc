package io.replicator.daemon.document;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/** Documents as text and back, with one configuration of Jackson. Safe for use by any thread. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // Only the components are part of a document.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // A newer daemon may send more.
            .build();

    private Json() {}

    /** A document in one line. */
    public static String text(Object document) {
        try {
            return MAPPER.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A document in indented lines. */
    public static String indented(Object document) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a document.
     *
     * @throws IOException when the text is not JSON, or is another document
     */
    public static <T> T read(String text, Class<T> document) throws IOException {
        T read = MAPPER.readValue(text, document);
        if (read == null) {
            throw new IOException("the document is null");
        }
        return read;
    }

    /** For a document that is too long to be held in memory. Closing the generator leaves {@code out} open. */
    static JsonGenerator generator(Writer out) throws IOException {
        return MAPPER.createGenerator(out).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }
}
