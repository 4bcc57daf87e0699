FROM maven:3.9.16-eclipse-temurin-25 AS build
WORKDIR /build

# Everything that the build downloads, in a layer that only a new POM or a new contract makes again: a build of the
# generated code alone asks for the same plugins and libraries as the real one.
COPY pom.xml .
COPY .mvn/jvm.config .mvn/
COPY proto proto
RUN mvn -B -ntp package -DskipTests -Dspotless.check.skip

# The format and the tests are for ./mvnw verify: their sources are not here.
COPY src/main src/main
RUN mvn -B -ntp package -DskipTests -Dspotless.check.skip

FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="Waystate" \
      org.opencontainers.image.description="Displacements between points and durable streams of state reports, over gRPC" \
      org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /app

# The data belongs to the user of the image, and to group 0 for platforms that choose another user.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /app --shell /usr/sbin/nologin waystate \
    && install -d -o waystate -g root -m 0770 data

# AOTCache: is passed over when it does not fit (another collector, an agent): the start is slower, and that is all.
# No size is named: the heap takes a quarter of the container's memory at most, and Netty's buffers outside of it as much
#   again. At 512 MiB the rest takes what the JVM needs for itself (130 MiB), the health check and the database's pages in
#   the file cache.
# No collector is named: the JVM takes Serial, the smallest, for less than 2 CPUs or 1.8 GB, and G1 above, and the cache
#   fits both.
# Xlog: the JVM's own warnings, to stderr, as the client commands put data on stdout. Logs into files are left as they are.
RUN printf '%s\n' \
    -XX:AOTCache=/app/waystate.aot \
    -XX:+UseCompactObjectHeaders \
    -XX:+ExitOnOutOfMemoryError \
    -Xlog:all=off:stdout \
    -Xlog:all=warning:stderr \
    > jvm.options

COPY --from=build /build/target/waystate.jar ./
COPY src/main/launcher/waystate ./
RUN ln -s /app/waystate /usr/local/bin/waystate

# The caches hold what real runs load and link: of the server a start, calls and an orderly end; of the client a call.
RUN set -eu; \
    export GRPC_SERVER_PORT=55051 SERVER_PORT=0; \
    sed '/AOTCache/d' jvm.options > training.options; \
    java @training.options -XX:AOTCacheOutput=/app/waystate.aot -Xlog:disable -Xlog:all=error:stderr \
        -jar /app/waystate.jar & server=$!; \
    until waystate health; do kill -0 $server; done; \
    echo '{"status": "OK"}' | waystate report -; \
    WAYSTATE_JAVA_OPTIONS=-XX:AOTCacheOutput=/app/client.aot waystate displace 0,12 12,14; \
    kill $server; wait $server || [ $? -eq 143 ]; \
    test -s waystate.aot; test -s client.aot; \
    rm -rf training.options data/* /tmp/*

# Or the C library would keep memory that native code has given back, once for each of many threads.
ENV MALLOC_ARENA_MAX=2

USER 10001
VOLUME ["/app/data", "/tmp"]
EXPOSE 50051 8080
# Over HTTP, which says the same as gRPC and wants no certificates where that has TLS. The launcher leaves out the server's
# JVM options of the environment: a debugger's port is taken, and a collector is chosen there. A start that brings a large
# log up to date takes long; the first success ends the period.
HEALTHCHECK --interval=30s --timeout=10s --start-period=10m --retries=3 \
    CMD ["env", "WAYSTATE_JAVA_OPTIONS=-Xmx32m", "/app/waystate", "health", "--http"]
ENTRYPOINT ["java", "@/app/jvm.options", "-jar", "/app/waystate.jar"]
