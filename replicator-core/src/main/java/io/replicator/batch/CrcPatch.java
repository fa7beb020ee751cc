package io.replicator.batch;

import java.nio.ByteBuffer;

/**
 * CRC-32C of a batch whose header changed, computed from the stored CRC and the header's difference only.
 *
 * <p>A CRC is linear over xor: for two inputs of the same length, {@code crc(a) ^ crc(b)} is the plain remainder of {@code a ^ b},
 * independent of the initial and final inversions. The difference is zero after the changed prefix, and a zero byte multiplies
 * the remainder by x^8; so {@code n} of them are one multiplication by x^(8n) modulo the polynomial, looked up by the digits of
 * {@code n} in base 256. The unchanged bytes are not read: the new CRC shows every error that the old one would have shown.
 *
 * <p>Remainders are reflected, as Kafka stores them: bit 31 is the coefficient of x^0.
 */
public final class CrcPatch {

    private static final int POLYNOMIAL = 0x82F63B78;
    private static final int ONE = 0x80000000;
    private static final int DIGITS = 4;
    private static final int RADIX = 256;

    /** The remainder of one byte. */
    private static final int[] BYTE = new int[RADIX];

    /** {@code ZEROS[d][i]} is x^(8 i 256^d): the factor of i 256^d zero bytes. */
    private static final int[][] ZEROS = new int[DIGITS][RADIX];

    static {
        for (int i = 0; i < RADIX; i++) {
            int remainder = i;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                remainder = timesX(remainder);
            }
            BYTE[i] = remainder;
        }
        int step = ONE >>> Byte.SIZE;
        for (int[] digit : ZEROS) {
            digit[0] = ONE;
            for (int i = 1; i < RADIX; i++) {
                digit[i] = multiply(digit[i - 1], step);
            }
            step = multiply(digit[RADIX - 1], step);
        }
    }

    private CrcPatch() {}

    /**
     * The CRC after a prefix changed.
     *
     * @param crc CRC-32C of the old prefix and the tail
     * @param prefixBytes length of the old and of the new prefix
     * @param tailBytes bytes after the prefix, the same before and after
     */
    public static int patch(
            int crc, ByteBuffer oldPrefix, int oldAt, ByteBuffer newPrefix, int newAt, int prefixBytes, int tailBytes) {
        int difference = 0;
        for (int i = 0; i < prefixBytes; i++) {
            difference = feed(difference, oldPrefix.get(oldAt + i) ^ newPrefix.get(newAt + i), 1);
        }
        return crc ^ shift(difference, tailBytes);
    }

    /** The remainder after the low {@code bytes} bytes of {@code difference}, highest first, as they lie in a buffer. */
    static int feed(int remainder, long difference, int bytes) {
        int fed = remainder;
        for (int shift = (bytes - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            fed = (fed >>> Byte.SIZE) ^ BYTE[(fed ^ (int) (difference >>> shift)) & 0xFF];
        }
        return fed;
    }

    /** The remainder after {@code zeroBytes} bytes in which nothing differs. */
    static int shift(int remainder, int zeroBytes) {
        if (remainder == 0) {
            return 0;
        }
        int shifted = remainder;
        int left = zeroBytes;
        for (int digit = 0; left != 0; digit++, left >>>= Byte.SIZE) {
            int low = left & 0xFF;
            if (low != 0) {
                shifted = multiply(shifted, ZEROS[digit][low]);
            }
        }
        return shifted;
    }

    private static int multiply(int a, int b) {
        int product = 0;
        int left = a;
        int term = b;
        while (left != 0) {
            product ^= term & (left >> 31);
            left <<= 1;
            term = timesX(term);
        }
        return product;
    }

    private static int timesX(int remainder) {
        return (remainder >>> 1) ^ (POLYNOMIAL & -(remainder & 1));
    }
}
