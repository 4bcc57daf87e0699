package dev.waystate.console.api;

import com.google.protobuf.Timestamp;
import dev.waystate.console.Problem;
import dev.waystate.proto.Displacement;
import dev.waystate.proto.DisplacementServiceGrpc;
import dev.waystate.proto.Point;
import dev.waystate.proto.v1.Circle;
import dev.waystate.proto.v1.GetSummaryRequest;
import dev.waystate.proto.v1.ListRecordsRequest;
import dev.waystate.proto.v1.ListSourcesRequest;
import dev.waystate.proto.v1.ListTransitionsRequest;
import dev.waystate.proto.v1.Moment;
import dev.waystate.proto.v1.Near;
import dev.waystate.proto.v1.Period;
import dev.waystate.proto.v1.ReadRequest;
import dev.waystate.proto.v1.StateLogServiceGrpc;
import dev.waystate.text.Distances;
import dev.waystate.text.Durations;
import dev.waystate.text.Json;
import dev.waystate.text.Points;
import dev.waystate.text.StatusNames;
import dev.waystate.text.Times;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.http.MediaType;

/** Makes requests into calls. A request that is wrong is a {@link ProblemException}. */
final class Endpoints {

    private static final int MAX_PAGE_SIZE = 1000;
    private static final long MAX_STEPS = 1000;
    private static final long DEFAULT_STEPS = 11;
    private static final String NAME = "{name}";
    private static final String LAST_EVENT = "Last-Event-ID";
    private static final Pattern EVENT_ID = Pattern.compile("(?:([0-9a-fA-F]{32}):)?(\\d{1,18})");

    /** Makes the call of a request. The name is the one in the path, and empty if there is none. */
    private interface Endpoint {
        ApiCall<?, ?> call(String name, ApiRequest request);
    }

    /**
     * The paths. A name can also stand in the query, since browsers take the names . and .. in a path for steps of it.
     */
    private static final Map<String, Endpoint> ENDPOINTS = Map.of(
            "/api/displacement", (name, request) -> displacement(request.parameters()),
            "/api/sources", (name, request) -> sources(request.parameters()),
            "/api/sources/records", (name, request) -> recordsOf(name(request), request.parameters()),
            "/api/sources/transitions", (name, request) -> transitions(name(request), request.parameters()),
            "/api/sources/{name}/records", (name, request) -> recordsOf(name, request.parameters()),
            "/api/sources/{name}/transitions", (name, request) -> transitions(name, request.parameters()),
            "/api/summary", (name, request) -> summary(request.parameters()),
            "/api/records", (name, request) -> records(request));

    private Endpoints() {}

    /** Returns all paths. */
    static Set<String> paths() {
        return ENDPOINTS.keySet();
    }

    /** Returns the call that a request becomes; empty if there is no such path. */
    static Optional<ApiCall<?, ?>> call(ApiRequest request) {
        List<String> segments = List.of(request.path().split("/", -1));
        return ENDPOINTS.entrySet().stream()
                .filter(endpoint -> matches(endpoint.getKey(), segments))
                .findFirst()
                .map(endpoint -> {
                    int name = List.of(endpoint.getKey().split("/")).indexOf(NAME);
                    ApiCall<?, ?> call = endpoint.getValue()
                            .call(name < 0 ? "" : Parameters.decode("name", segments.get(name)), request);
                    request.parameters().refuseOthers();
                    return call;
                });
    }

    private static boolean matches(String template, List<String> segments) {
        String[] expected = template.split("/");
        if (expected.length != segments.size()) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (!expected[i].equals(NAME) && !expected[i].equals(segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static ApiCall<?, ?> displacement(Parameters parameters) {
        Point start = parameters.required("start", Points::point);
        Point end = parameters.required("end", Points::point);
        Displacement request =
                Displacement.newBuilder().setStart(start).setEnd(end).build();
        return new ApiCall<>(
                DisplacementServiceGrpc.getComputeDisplacementMethod(),
                request,
                Format.object(response -> Json.displacement(request, response.getDistance())),
                "");
    }

    private static ApiCall<?, ?> sources(Parameters parameters) {
        ListSourcesRequest.Builder request = ListSourcesRequest.newBuilder()
                .setPageSize(limit(parameters))
                .setPageToken(pageToken(parameters))
                .addAllSources(parameters.all("source", Function.identity()))
                .addAllStatusesValue(parameters.all("status", StatusNames::number));
        Optional<Near> near = near(parameters);
        near.ifPresent(request::setNear);
        parameters.one("silent", Durations::fromText).map(Durations::message).ifPresent(request::setSilentFor);
        parameters.one("at", Times::moment).ifPresent(request::setAsOf);
        parameters.one("min_position", Parameters.number(0, Long.MAX_VALUE)).ifPresent(request::setMinPosition);
        return new ApiCall<>(
                StateLogServiceGrpc.getListSourcesMethod(),
                request.build(),
                Format.object(page -> page(
                        "sources",
                        page.getSourcesList(),
                        source -> Json.source(source, near.isPresent()),
                        page.getNextPageToken())),
                request.getAsOf().getPosition() < request.getMinPosition() ? "min_position" : "at");
    }

    private static ApiCall<?, ?> recordsOf(String source, Parameters parameters) {
        ListRecordsRequest request = ListRecordsRequest.newBuilder()
                .setSource(source)
                .setPageSize(limit(parameters))
                .setPageToken(pageToken(parameters))
                .addAllStatusesValue(parameters.all("status", StatusNames::number))
                .build();
        return new ApiCall<>(
                StateLogServiceGrpc.getListRecordsMethod(),
                request,
                Format.object(page -> page("records", page.getRecordsList(), Json::record, page.getNextPageToken())),
                "page_token");
    }

    private static ApiCall<?, ?> transitions(String source, Parameters parameters) {
        ListTransitionsRequest request = ListTransitionsRequest.newBuilder()
                .setSource(source)
                .setPageSize(limit(parameters))
                .setPageToken(pageToken(parameters))
                .build();
        return new ApiCall<>(
                StateLogServiceGrpc.getListTransitionsMethod(),
                request,
                Format.object(page ->
                        page("transitions", page.getTransitionsList(), Json::transition, page.getNextPageToken())),
                "");
    }

    private static ApiCall<?, ?> summary(Parameters parameters) {
        GetSummaryRequest.Builder request = GetSummaryRequest.newBuilder();
        Optional<Moment> at = parameters.one("at", Times::moment);
        at.ifPresent(request::setAsOf);
        Optional<Timestamp> from = parameters.one("from", Times::fromTextOrAge);
        Optional<Timestamp> to = parameters.one("to", Times::fromTextOrAge);
        Optional<Long> steps = parameters.one("steps", Parameters.number(2, MAX_STEPS));
        refuseUnless(from.isPresent() || to.isEmpty() && steps.isEmpty(), "from", "Expected a time, but found none.");
        from.ifPresent(start -> {
            refuseUnless(at.isEmpty(), "at", "Expected either at or from, but found both.");
            request.setPeriod(Period.newBuilder()
                    .setStartTime(start)
                    .setEndTime(to.orElseGet(() -> Times.fromTextOrAge("0s")))
                    .setSteps(steps.orElse(DEFAULT_STEPS).intValue()));
        });
        return new ApiCall<>(
                StateLogServiceGrpc.getGetSummaryMethod(),
                request.build(),
                Format.object(Json::summary),
                at.isPresent() ? "at" : "from");
    }

    private static ApiCall<?, ?> records(ApiRequest request) {
        Parameters parameters = request.parameters();
        ReadRequest.Builder read = ReadRequest.newBuilder()
                .addAllSources(parameters.all("source", Function.identity()))
                .addAllStatusesValue(parameters.all("status", StatusNames::number))
                .setFollow(parameters.one("follow", Parameters::flag).orElse(false));
        near(parameters).ifPresent(near -> {
            refuseUnless(near.hasWithin(), "within", "Expected a distance together with near, but found none.");
            read.setWithin(Circle.newBuilder().setCenter(near.getPoint()).setRadius(near.getWithin()));
        });
        start(parameters, read);
        boolean events = request.prefers(MediaType.TEXT_EVENT_STREAM, MediaType.APPLICATION_NDJSON);
        Optional<String> lastEvent = events ? request.header(LAST_EVENT) : Optional.empty();
        lastEvent.ifPresent(id -> resume(id, read));
        return new ApiCall<>(
                StateLogServiceGrpc.getReadMethod(),
                read.build(),
                events ? new EventStream() : new JsonLines(),
                lastEvent.isPresent() ? LAST_EVENT : "after");
    }

    private static void start(Parameters parameters, ReadRequest.Builder read) {
        parameters.one("since", Times::fromTextOrAge).ifPresent(read::setSince);
        parameters.one("after", Parameters.number(0, Long.MAX_VALUE)).ifPresent(after -> {
            refuseUnless(!read.hasSince(), "after", "Expected either after or since, but found both.");
            read.setAfterPosition(after);
        });
        parameters.one("log_id", Function.identity()).ifPresent(id -> {
            refuseUnless(read.hasAfterPosition(), "log_id", "Expected it together with after only.");
            read.setLogId(id);
        });
    }

    /** Makes a reading go on where its client was cut off, whatever start the request names. */
    private static void resume(String eventId, ReadRequest.Builder read) {
        Matcher id = EVENT_ID.matcher(eventId);
        refuseUnless(id.matches(), LAST_EVENT, "Expected the id of an event, or a position.");
        read.setAfterPosition(Long.parseLong(id.group(2)));
        if (id.group(1) != null) {
            read.setLogId(id.group(1));
        }
    }

    private static Optional<Near> near(Parameters parameters) {
        Optional<Point> point = parameters.one("near", Points::point);
        Optional<Double> within = parameters.one("within", Distances::fromText);
        refuseUnless(point.isPresent() || within.isEmpty(), "within", "Expected it together with near only.");
        return point.map(present -> {
            Near.Builder near = Near.newBuilder().setPoint(present);
            within.ifPresent(near::setWithin);
            return near.build();
        });
    }

    private static void refuseUnless(boolean expected, String field, String expectation) {
        if (!expected) {
            throw new ProblemException(Problem.ofField(field, expectation));
        }
    }

    private static String name(ApiRequest request) {
        return request.parameters().required("name", Function.identity());
    }

    private static int limit(Parameters parameters) {
        return parameters
                .one("limit", Parameters.number(1, MAX_PAGE_SIZE))
                .orElse(0L)
                .intValue();
    }

    private static String pageToken(Parameters parameters) {
        return parameters.one("page_token", Function.identity()).orElse("");
    }

    private static <T> Map<String, Object> page(
            String name, List<T> items, Function<T, Map<String, Object>> json, String nextPageToken) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(name, items.stream().map(json).toList());
        if (!nextPageToken.isEmpty()) {
            members.put("next_page_token", nextPageToken);
        }
        return members;
    }
}
