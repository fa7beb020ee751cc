package io.replicator.testkit.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;

/** What values are made of, and so how well they compress. */
public enum Texture {
    /** Text like JSON, of which a codec saves about half. */
    JSON {
        @Override
        void fill(byte[] value, SplittableRandom random) {
            int at = 0;
            int field = random.nextInt(FIELDS.length);
            while (at < value.length) {
                at = put(value, at, FIELDS[field % FIELDS.length]);
                for (int i = 0; i < RANDOM_CHARACTERS && at < value.length; i++, at++) {
                    value[at] = ALPHABET[random.nextInt(ALPHABET.length)];
                }
                field++;
            }
        }
    },
    /** Noise, which no codec makes smaller. */
    NOISE {
        @Override
        void fill(byte[] value, SplittableRandom random) {
            random.nextBytes(value);
        }
    },
    /** One letter, of which every codec leaves next to nothing. */
    UNIFORM {
        @Override
        void fill(byte[] value, SplittableRandom random) {
            Arrays.fill(value, (byte) ('a' + random.nextInt(26)));
        }
    };

    private static final byte[] ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);
    private static final byte[][] FIELDS = {
        ascii("\",\"customerId\":\""), ascii("\",\"orderNumber\":\""), ascii("\",\"deliveryAddress\":\""),
        ascii("\",\"paymentReference\":\""), ascii("\",\"comment\":\""), ascii("\",\"warehouseLocation\":\""),
    };
    /** As many as make half of the text new to a codec. */
    private static final int RANDOM_CHARACTERS = 20;

    abstract void fill(byte[] value, SplittableRandom random);

    private static int put(byte[] value, int at, byte[] text) {
        int length = Math.min(text.length, value.length - at);
        System.arraycopy(text, 0, value, at, length);
        return at + length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
