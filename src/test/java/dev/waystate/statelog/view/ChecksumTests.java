package dev.waystate.statelog.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChecksumTests {

    @ParameterizedTest
    @ValueSource(ints = {1, 256, 1_014, 1_015, 1_016, 1_017, 100_000})
    void aNameOfAnyLengthHasItsChecksum(int length) {
        String name = "n".repeat(length);
        Checksum checksum = new Checksum();
        assertThat(checksum.begin().add(7).of(name)).isEqualTo(crc(7, name));
        assertThat(checksum.begin().add(7).of(name, "info")).isEqualTo(crc(7, name + "\0info"));
        assertThat(checksum.begin().add(8).of("cow")).as("the next one").isEqualTo(crc(8, "cow"));
    }

    private static int crc(long number, String text) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }
}
