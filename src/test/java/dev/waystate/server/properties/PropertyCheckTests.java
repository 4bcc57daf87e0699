package dev.waystate.server.properties;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.util.TestPropertyValues.Type;
import org.springframework.mock.env.MockEnvironment;

class PropertyCheckTests {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "waystate.state-log.retenton.max-age=1d | expected a property of Waystate, but there is none of this name",
                "waystate.state-log.retention=1d        | expected properties below it, but found the value 1d",
                "waystate.state-log.retention.max-age=90| expected a time with its unit, such as 500ms, 10s",
                "waystate.limits.unary-deadline=-5      | but found -5",
                "waystate.server.drain-delay=007        | but found 007",
                "server.port=70000                      | expected a port from 0, for any, to 65535, or -1 for none",
                "server.port=-2                         | but found -2",
                "management.server.port=65536           | but found 65536",
            })
    void propertyThatWouldNotDoWhatItSaysIsRefusedByItsName(String property, String problem) {
        assertThatThrownBy(() -> check(property, Type.MAP))
                .isInstanceOf(InvalidPropertyException.class)
                .hasMessageStartingWith(property.substring(0, property.indexOf('=')) + ": ")
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "waystate.state-log.retention.max-age=0",
                "waystate.state-log.retention.max-age=90d",
                "waystate.state-log.retention.max-age=PT90S",
                "waystate.state-log.retention=",
                "waystate.limits=",
                "waystate.limits.message-size=1000",
                "waystate.security.callers[0].name=farm",
                "waystated.limit=1",
                "server.port=-1",
                "management.server.port=65535"
            })
    void otherPropertiesAreTaken(String property) {
        assertThatCode(() -> check(property, Type.MAP)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"WAYSTATE_SERVICE_HOST=10.0.0.1,", "WAYSTATE_STATELOG_HEARTBEAT=10,waystate.state-log.heartbeat: "})
    void variablesOfOthersAreTakenAndTimesInOursHaveAUnit(String variable, String problem) {
        if (problem == null) {
            check(variable, Type.SYSTEM_ENVIRONMENT);
        } else {
            assertThatThrownBy(() -> check(variable, Type.SYSTEM_ENVIRONMENT)).hasMessageStartingWith(problem);
        }
    }

    private static void check(String property, Type type) {
        MockEnvironment environment = new MockEnvironment();
        TestPropertyValues.of(property).applyTo(environment, type);
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        beans.registerSingleton("environment", environment);
        new PropertyCheck().postProcessBeanFactory(beans);
    }
}
