package dev.waystate.displacement;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.ComputeDisplacementsRequest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class DisplacementFuzzTests {

    private static final float LONGEST = (float) Math.hypot(0x1p32, 0x1p32);

    static Stream<byte[]> seeds() {
        Displacement longest = Displacement.newBuilder()
                .setStart(Point.newBuilder().setX(Integer.MIN_VALUE).setY(Integer.MIN_VALUE))
                .setEnd(Point.newBuilder().setX(Integer.MAX_VALUE).setY(Integer.MAX_VALUE))
                .build();
        return Stream.of(
                new byte[0],
                ComputeDisplacementsRequest.newBuilder()
                        .addDisplacements(longest)
                        .addDisplacements(longest)
                        .build()
                        .toByteArray(),
                HexFormat.of().parseHex("0a0a0a"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void everyDisplacementHasALength(byte[] bytes) {
        ComputeDisplacementsRequest request;
        try {
            request = ComputeDisplacementsRequest.parseFrom(bytes);
        } catch (InvalidProtocolBufferException noMessage) {
            return;
        }
        for (Displacement displacement : request.getDisplacementsList()) {
            assertThat(DisplacementMessages.distance(displacement)).isBetween(0f, LONGEST);
        }
    }
}
