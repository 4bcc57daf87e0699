package dev.waystate.security.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.waystate.InProcessTest;
import dev.waystate.Recorder;
import dev.waystate.proto.Data;
import dev.waystate.proto.Empty;
import dev.waystate.proto.RequestStreamingGrpc;
import dev.waystate.proto.v1.AppendRequest;
import dev.waystate.proto.v1.AppendResponse;
import dev.waystate.proto.v1.Report;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.statelog.StateLog;
import dev.waystate.statelog.StateRecord;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.devh.boot.grpc.client.inject.GrpcClient;
import net.devh.boot.grpc.server.service.GrpcServiceDefinition;
import net.devh.boot.grpc.server.service.GrpcServiceDiscoverer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.test.context.TestPropertySource;

/** Who may call what, with static tokens. The tokens are the names, prolonged. */
@InProcessTest
@ExtendWith(OutputCaptureExtension.class)
@TestPropertySource(
        properties = {
            "waystate.security.callers[0].name=computer",
            "waystate.security.callers[0].tokens=computer-0123456789",
            "waystate.security.callers[0].permissions=displacement:compute",
            "waystate.security.callers[1].name=writer",
            "waystate.security.callers[1].tokens=writer-0123456789,second-token-of-writer",
            "waystate.security.callers[1].permissions=state:write",
            "waystate.security.callers[2].name=reader",
            "waystate.security.callers[2].tokens=reader-0123456789",
            "waystate.security.callers[2].permissions=state:read",
            "waystate.security.callers[3].name=shepherd",
            "waystate.security.callers[3].tokens=shepherd-0123456789",
            "waystate.security.callers[3].permissions=state:write",
            "waystate.security.callers[3].sources=sheep-*,dog"
        })
class AccessTests {

    private static final List<String> METHODS = List.of(
            "my_package.DisplacementService/computeDisplacement",
            "waystate.v1.BulkDisplacementService/ComputeDisplacements",
            "my_package.RequestStreaming/stream_state",
            "waystate.v1.StateLogService/Append",
            "waystate.v1.StateLogService/Read",
            "waystate.v1.StateLogService/ListRecords",
            "waystate.v1.StateLogService/ListSources",
            "waystate.v1.StateLogService/ListTransitions",
            "waystate.v1.StateLogService/GetSummary",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            "grpc.health.v1.Health/Check");

    @GrpcClient("waystate")
    Channel channel;

    @Autowired
    StateLog stateLog;

    @Autowired
    GrpcServiceDiscoverer services;

    @Autowired
    MeterRegistry meters;

    static Stream<Arguments> matrix() {
        return METHODS.stream()
                .flatMap(method -> Stream.of(
                        Arguments.of(method, "computer", allowed(method, "Displacement")),
                        Arguments.of(method, "writer", allowed(method, "stream_state", "Append")),
                        Arguments.of(method, "reader", allowed(method, "/Read", "/List", "GetSummary"))));
    }

    private static boolean allowed(String method, String... words) {
        return method.startsWith("grpc.") || Arrays.stream(words).anyMatch(method::contains);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void eachMethodIsForThoseWithItsPermissionAndNobodyElse(String method, String caller, boolean allowed) {
        Status status = call(as(caller), method);
        Code answer =
                method.matches(".*/List(Records|Transitions)") ? Code.INVALID_ARGUMENT : Code.OK; // no source is named
        assertThat(status.getCode()).isEqualTo(allowed ? answer : Code.PERMISSION_DENIED);
        if (!allowed) {
            assertThat(status.getDescription()).isEqualTo("Expected a caller that may do this");
        }
    }

    static List<String> methods() {
        return METHODS;
    }

    @ParameterizedTest
    @MethodSource("methods")
    void withoutCredentialsOnlyHealthAnswers(String method) {
        assertThat(call(channel, method).getCode())
                .isEqualTo(method.contains("Health") ? Code.OK : Code.UNAUTHENTICATED);
    }

    @Test
    void everyMethodOfEveryServiceSaysWhoMayCallIt() {
        List<String> registered = new ArrayList<>();
        for (GrpcServiceDefinition service : services.findGrpcServices()) {
            for (ServerMethodDefinition<?, ?> definition :
                    service.getDefinition().getMethods()) {
                MethodDescriptor<?, ?> method = definition.getMethodDescriptor();
                assertThat(MethodPermissions.isOpen(method) || mayCall(service.getBeanClazz(), method, ALL))
                        .as(method.getFullMethodName())
                        .isTrue();
                registered.add(method.getFullMethodName());
            }
        }
        assertThat(registered)
                .filteredOn(method ->
                        METHODS.contains(method) || !method.startsWith("grpc.")) // health and reflection have more
                .containsExactlyInAnyOrderElementsOf(METHODS);
    }

    private static final Set<Permission> ALL = EnumSet.allOf(Permission.class);

    /** Says of one of its methods who may call it. */
    private static final class HalfDeclared {

        @RequiresPermission(Permission.STATE_READ)
        public void readIt() {}

        public void removeIt() {}
    }

    @Test
    void nobodyMayCallAMethodThatDoesNotSayWhoMay() {
        MethodDescriptor<byte[], byte[]> undeclared = raw("waystate.v2.Half/RemoveIt");
        assertThat(mayCall(HalfDeclared.class, undeclared, ALL)).isFalse();
        assertThat(MethodPermissions.isOpen(undeclared)).isFalse();
        MethodDescriptor<byte[], byte[]> declared = raw("waystate.v2.Half/read_it");
        assertThat(mayCall(HalfDeclared.class, declared, EnumSet.of(Permission.STATE_READ)))
                .isTrue();
        assertThat(mayCall(HalfDeclared.class, declared, EnumSet.complementOf(EnumSet.of(Permission.STATE_READ))))
                .isFalse();
    }

    private static boolean mayCall(Class<?> service, MethodDescriptor<?, ?> method, Set<Permission> permissions) {
        return MethodPermissions.permitted(service, method)
                .test(new Caller("caller", permissions, WritableSources.ALL));
    }

    @Test
    void eachOfSeveralTokensIsAccepted() {
        assertThat(call(withToken("second-token-of-writer"), "my_package.RequestStreaming/stream_state")
                        .isOk())
                .isTrue();
    }

    @Test
    void reportsThatNameNoSourceAreTheCallers(CapturedOutput output) {
        long before = stateLog.head();
        assertThat(stream("writer", null).isOk()).isTrue();
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .extracting(StateRecord::source)
                .containsExactly("writer");
        await().atMost(5, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(output)
                        .contains("stream_state from \"writer\" by \"writer\": done, 1 reports stored"));
    }

    @Test
    void aNamedSourceGoesBeforeTheCallersName() {
        long before = stateLog.head();
        assertThat(stream("writer", "cow").isOk()).isTrue();
        assertThat(stateLog.read(before, Integer.MAX_VALUE))
                .extracting(StateRecord::source)
                .containsExactly("cow");
    }

    static Stream<Arguments> sources() {
        return Stream.of(
                Arguments.of("sheep-1", true),
                Arguments.of("sheep-", true),
                Arguments.of("dog", true),
                Arguments.of("sheep", false),
                Arguments.of("dog-2", false),
                Arguments.of("Dog", false),
                Arguments.of("shepherd", false),
                Arguments.of("*", false));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void aCallerWritesItsOwnSourcesOnly(String source, boolean allowed) {
        long before = stateLog.head();
        Code expected = allowed ? Code.OK : Code.PERMISSION_DENIED;
        assertThat(stream("shepherd", source).getCode()).isEqualTo(expected);
        assertThat(append("shepherd", source).getCode()).isEqualTo(expected);
        assertThat(stateLog.head()).isEqualTo(allowed ? before + 2 : before);
        assertThat(stream("writer", source).getCode()).isEqualTo(Code.OK);
    }

    @Test
    void aDefaultSourceThatTheCallerMayNotWriteIsRefused() {
        Status status = stream("shepherd", null);
        assertThat(status.getCode()).isEqualTo(Code.PERMISSION_DENIED);
        assertThat(status.getDescription()).isEqualTo("Expected a caller that may do this");
    }

    @Test
    void refusalsAreCountedByReasonAndLoggedWithoutTheToken(CapturedOutput output) {
        double before = refusals("unknown_token");
        call(withToken("a-token-that-nobody-has"), METHODS.get(0));
        assertThat(refusals("unknown_token")).isEqualTo(before + 1);
        assertThat(output).doesNotContain("a-token-that-nobody-has");
    }

    private double refusals(String reason) {
        return meters.get("waystate.security.refusals")
                .tag("reason", reason)
                .counter()
                .count();
    }

    private Status stream(String caller, String source) {
        Recorder<Data, Empty> recorder = new Recorder<>();
        Metadata headers = new Metadata();
        if (source != null) {
            headers.put(Metadata.Key.of("waystate-source", Metadata.ASCII_STRING_MARSHALLER), source);
        }
        StreamObserver<Data> requests = RequestStreamingGrpc.newStub(as(caller))
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .streamState(recorder);
        requests.onNext(Data.getDefaultInstance());
        requests.onCompleted();
        return recorder.awaitEnd();
    }

    private Status append(String caller, String source) {
        Recorder<AppendRequest, AppendResponse> recorder = new Recorder<>();
        StreamObserver<AppendRequest> requests =
                StateLogServiceGrpc.newStub(as(caller)).append(recorder);
        requests.onNext(AppendRequest.newBuilder()
                .setSource(source)
                .setFirstSequence(1)
                .addReports(Report.getDefaultInstance())
                .build());
        requests.onCompleted();
        return recorder.awaitEnd();
    }

    private Channel as(String caller) {
        return withToken(caller + "-0123456789");
    }

    private Channel withToken(String token) {
        return ClientInterceptors.intercept(channel, Credentials.bearer(token));
    }

    /** Makes a call with one empty message, which every method takes, or none for those that would keep it open. */
    private static Status call(Channel channel, String method) {
        Recorder<byte[], byte[]> recorder = new Recorder<>();
        StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(
                channel.newCall(raw(method), CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS)), recorder);
        if (!method.contains("Append") && !method.contains("Reflection")) {
            requests.onNext(new byte[0]);
        }
        requests.onCompleted();
        return recorder.awaitEnd();
    }

    private static MethodDescriptor<byte[], byte[]> raw(String method) {
        return MethodDescriptor.<byte[], byte[]>newBuilder()
                .setFullMethodName(method)
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            return new byte[0];
        }
    }
}
