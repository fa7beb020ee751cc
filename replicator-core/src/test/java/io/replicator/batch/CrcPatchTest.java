package io.replicator.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CrcPatchTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 255, 256, 257, 4095, 65_535, 65_536, 70_000, 1 << 20, (1 << 24) + 12_345})
    void shouldEqualAFullPassWhateverTheTail(int tailBytes) {
        Random random = new Random(tailBytes);
        int prefixBytes = 1 + random.nextInt(40);
        byte[] before = new byte[prefixBytes + tailBytes];
        random.nextBytes(before);
        byte[] after = before.clone();
        byte[] prefix = new byte[prefixBytes];
        random.nextBytes(prefix);
        System.arraycopy(prefix, 0, after, 0, prefixBytes);

        int patched = CrcPatch.patch(
                crc(before), ByteBuffer.wrap(before), 0, ByteBuffer.wrap(prefix), 0, prefixBytes, tailBytes);

        assertThat(patched).isEqualTo(crc(after));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void shouldEqualAFullPassForRandomSizes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            int prefixBytes = random.nextInt(60);
            int tailBytes = random.nextInt(2000);
            byte[] before = new byte[prefixBytes + tailBytes];
            random.nextBytes(before);
            byte[] after = before.clone();
            for (int change = 0; change < prefixBytes; change += 1 + random.nextInt(10)) {
                after[change] = (byte) random.nextInt();
            }

            int patched = CrcPatch.patch(
                    crc(before), ByteBuffer.wrap(before), 0, ByteBuffer.wrap(after), 0, prefixBytes, tailBytes);

            assertThat(patched).isEqualTo(crc(after));
        }
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
