package dev.waystate.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.waystate.proto.Point;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PointsTests {

    @Test
    void coordinatesReachToBothEndsOfInt32() {
        assertThat(Points.point("-2147483648,2147483647"))
                .isEqualTo(Point.newBuilder()
                        .setX(Integer.MIN_VALUE)
                        .setY(Integer.MAX_VALUE)
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"2147483648,0", "0,-2147483649", "99999999999999999999,1"})
    void coordinateBeyondInt32IsRefusedWithTheRange(String text) {
        assertThatThrownBy(() -> Points.point(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a whole number from -2147483648 to 2147483647 as ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1,", ",1", "1,2,3", "1.5,2", "a,b", "1 ,2"})
    void whatIsNoPointIsRefused(String text) {
        assertThatThrownBy(() -> Points.point(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a point X,Y");
    }

    @Test
    void displacementNeedsTwoPoints() {
        assertThatThrownBy(() -> Points.displacement("1,2 3,4 5,6"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two points, X1,Y1 X2,Y2");
    }

    @Test
    void negativePointsAreToldFromOptionsAndFiles() {
        assertThat(Points.isLikePoint("-3,4")).isTrue();
        assertThat(Points.isLikePoint("3,4")).isTrue();
        assertThat(Points.isLikePoint("--json")).isFalse();
        assertThat(Points.isLikePoint("points.txt")).isFalse();
        assertThat(Points.isLikePoint("2026.txt")).isFalse();
    }
}
