"""What is measured. Each group starts what it needs, and adds rows to the table."""

import shutil
import statistics
import subprocess
import textwrap
from collections import defaultdict
from dataclasses import dataclass, field

from . import load, servers, standing as contenders, wire
from .load import Once, Program, Sample, call_bulk, call_unary, stream_reports
from .servers import PEERS, Missing, Server, Waystate


@dataclass
class Row:
    """A line of the table: ours against a peer, and the ratio to reach or, with at_most, to stay within."""

    work: str
    unit: str
    peer: str
    target: float | None
    ours_samples: list[Sample] = field(default_factory=list)
    peer_samples: list[Sample] = field(default_factory=list)
    at_most: bool = False
    limit: str = ""
    in_turns: bool = True  # or the rounds of one before those of the other

    @staticmethod
    def _median(samples):
        return statistics.median(sample.value for sample in samples) if samples else None

    @property
    def ours(self):
        return self._median(self.ours_samples)

    @property
    def theirs(self):
        return self._median(self.peer_samples)

    @property
    def ratio(self):
        """The median of the ratios round by round, or the ratio of the medians where no rounds belong together."""
        if self.ours is None or not self.theirs:
            return None
        return statistics.median(self.ratios) if self.in_turns else self.ours / self.theirs

    @property
    def ratios(self):
        """The ratios round by round."""
        pairs = zip(self.ours_samples, self.peer_samples) if self.in_turns else ()
        return [ours.value / theirs.value for ours, theirs in pairs if theirs.value]

    @property
    def met(self):
        measured = self.ours if self.peer == "" else self.ratio
        if measured is None or self.target is None:
            return None
        return measured <= self.target if self.at_most else measured >= self.target

    @property
    def busy(self):
        if self.limit or not self.ours_samples:
            return self.limit
        middle = sorted(self.ours_samples, key=lambda sample: sample.value)[len(self.ours_samples) // 2]
        return middle.busy


class Bench:
    """One run: how long it measures, the peers that there are, and the rows so far."""

    def __init__(self, command, commit, rounds, quick, say, chosen):
        self.command, self.commit = command, commit  # of this program, and of what is measured
        self.rounds, self.quick, self.say = rounds, quick, say
        self.chosen, self.standing = chosen, {}  # servers for the rows of standing, and what was measured of each
        self.seconds, self.warm_seconds = (0.5, 2) if quick else (5, 12)
        self.stream = 1_000 if quick else 10_000
        self.rows, self.versions, self.missing, self._built = [], {}, {}, {}
        self.group, self.failures = "", []  # what is being measured, and what went wrong

    def attempt(self, name, action, *arguments):
        """Returns whether an action with a peer, a contender or a group worked. The others go on without it."""
        try:
            action(*arguments)
            return True
        except Exception as problem:
            self.say(f"  {name} failed: {problem}")
            where = f" in {self.group}" if name != self.group else ""
            self.failures.append(f"{PEERS[name][0] if name in PEERS else name} failed{where}: {brief(problem)}")
            for server in list(servers.running):
                if server.name == name:
                    server.stop()
            return False

    def peer(self, name):
        """Returns what the peer is made with, built on first use, or None when something is missing or wrong."""
        if name not in self._built:
            self.say(f"builds {name}")
            self._built[name] = None
            self.attempt(name, self._build, name)
        return self._built[name]

    def _build(self, name):
        try:
            self.versions[name], self._built[name] = PEERS[name][1]()
        except Missing as missing:
            self.say(f"  {name} is left out: {missing}")
            self.missing[name] = str(missing)

    def start_peers(self, *names, kind=None):
        """Starts those that can be, and answer calls of this kind."""
        peers = {name: Server(name, command) for name in names if (command := self.peer(name))}
        return {name: server for name, server in peers.items()
                if self.attempt(name, server.start) and (not kind or self._answers(server, kind))}

    def _answers(self, server, kind):
        return server.name == "nghttpd" or self.attempt(server.name, load.check, server, kind)  # that one serves a file

    def check_again(self, peers, kind, samples):
        """Forgets what was measured of peers that no longer answer."""
        for name, server in peers.items():
            if samples[name] and not self._answers(server, kind):
                del samples[name]

    def alternate(self, contenders):
        """Warms each contender up, and measures those that work in turn. There are no samples of the others."""
        return self.in_turn(self.warm_up(contenders))

    def warm_up(self, contenders):
        """Warms each contender up, and returns those that work."""
        return {name: contender for name, contender in contenders.items() if self._warms(name, contender)}

    def _warms(self, name, contender):
        self.say(f"  warms {name} up")
        return self.attempt(name, contender.warm, self.warm_seconds)

    def in_turn(self, contenders):
        """Measures the contenders round by round, each round beginning with another."""
        samples, names, failed = defaultdict(list), list(contenders), set()
        for turn in range(self.rounds if names else 0):
            for name in names[turn % len(names):] + names[:turn % len(names)]:
                if name not in failed and not self.attempt(name, self._measure, contenders[name], samples[name]):
                    failed.add(name)
            self.say("  " + ", ".join(f"{name} {samples[name][-1].value:,.0f}" for name in names if name not in failed))
        return defaultdict(list, {name: taken for name, taken in samples.items() if name not in failed})

    def _measure(self, contender, samples):
        samples.append(contender.measure(self.seconds))

    def row(self, work, unit, peer, target, ours, theirs, **more):
        self.rows.append(Row(work, unit, peer, target, ours or [], theirs or [], **more))


def brief(problem):
    """How a problem begins, on one line, without the folders of this machine."""
    if isinstance(problem, subprocess.TimeoutExpired):
        return f"{problem.cmd[0].split('/')[-1]} took longer than {problem.timeout:g} s"
    kind = "" if isinstance(problem, RuntimeError) else type(problem).__name__
    line = " ".join(str(problem).splitlines()[:2]).replace(f"{servers.ROOT}/", "")
    return textwrap.shorten(": ".join(filter(None, (kind, line))), 200, placeholder=" …")


def started(server):
    server.start()
    return server


def stop(*group):
    for server in group:
        server.stop()


def unary(bench):
    """computeDisplacement on 8 connections with 32 calls each."""
    targets = {"bare": 0.95, "spring": 3, "python": 25, "cpp": 1.2, "node": None, "nghttpd": None}
    ours = started(Waystate())
    load.check(ours, "unary")
    peers = bench.start_peers(*targets, kind="unary")
    samples = bench.alternate({server.name: call_unary(server, 8, 32) for server in (ours, *peers.values())})
    load.check(ours, "unary")
    bench.check_again(peers, "unary", samples)
    for name, target in targets.items():
        bench.row("unary computeDisplacement, 8 connections × 32", "calls/s", PEERS[name][0], target,
                  samples["waystate"], samples.get(name))
    stop(ours, *peers.values())


def stream(bench):
    """stream_state with long streams, durable, against peers that only print or count, and JDBC with one row a report."""
    targets = {"python": 25, "node": None, "cpp": None}
    ours = started(Waystate())
    load.check(ours, "stream")
    peers = bench.start_peers(*targets, kind="stream")
    contenders = {server.name: stream_reports(server, bench.stream) for server in (ours, *peers.values())}
    contenders["jdbc"] = jdbc_batches(10_000)
    samples = bench.alternate(contenders)
    load.check(ours, "stream")
    bench.check_again(peers, "stream", samples)
    work = f"stream_state, {bench.stream:,}-report streams, durable"
    for name, target in targets.items():
        does = "only prints" if name == "python" else "only counts"
        bench.row(work, "reports/s", f"{PEERS[name][0]}, which {does}", target, samples["waystate"], samples.get(name))
    bench.row(work, "reports/s", "JDBC batches, one row a report", 0.9, samples["waystate"], samples["jdbc"])
    stop(ours, *peers.values())


def jdbc_batches(batch):
    file = servers.WORK / "data/jdbc.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    return Program("JdbcBatches", lambda millis: (file, millis, batch))


def short(bench):
    """stream_state with streams of one report."""
    ours = started(Waystate())
    samples = bench.alternate({"waystate": stream_reports(ours, 1, 8, 32), "jdbc": jdbc_batches(1)})
    bench.row("stream_state, 1-report streams, 256 at once, durable", "reports/s", "one JDBC commit per report", 10,
              samples["waystate"], samples["jdbc"])
    stop(ours)


class AppendBatches(Program):
    """Eight streams with 16 batches of 100 under way each. The client first warms up, for three times as long."""

    def __init__(self, server, *others, command="append"):
        super().__init__("LoadClient", lambda millis: (command, server.port, max(2000, 4 * millis), 8, 100, 16,
                                                       *(other.port for other in others)), server)
        self.is_alone = not others

    def warm(self, seconds):
        self.measure(seconds / 4)

    def measure(self, seconds):
        before = self.server.head()
        sample = super().measure(seconds)
        if self.is_alone and self.server.head() - before != self.numbers[1]:
            raise RuntimeError("the log does not have what was acknowledged")
        return sample


def append(bench):
    """Append with batches of 100."""
    ours = started(Waystate())
    samples = bench.alternate({"append": AppendBatches(ours), "stream_state": stream_reports(ours, bench.stream)})
    bench.row("Append, batches of 100, durable", "reports/s", "stream_state", 0.9, samples["append"],
              samples["stream_state"])
    stop(ours)


def way(bench):
    """Append with a location in each report, and questions about places, histories and times."""
    ours = started(Waystate())
    loads = {command: AppendBatches(ours, command=command) for command in ("append", "append-located")}
    samples = bench.alternate(loads)
    bench.row("Append, batches of 100, a location in each report", "reports/s", "without locations", 0.85,
              samples["append-located"], samples["append"])
    stop(ours)

    ours = started(Waystate())
    sources, side = (3_000, 1_000) if bench.quick else (300_000, 10_000)
    load.java("LoadClient", "locate", ours.port, sources, side)
    radius = round((1_000 / sources * side * side / 3.14159) ** 0.5)
    question(bench, f"ListSources, the 100 nearest of {sources:,} sources within a radius that holds 1,000", 10, "near",
             ours, side, radius)
    for _ in range(110):
        fill(bench, ours, ours.head() + (2_000 if bench.quick else 180_000))
        load.report_once(ours, "source-0")
    records = f"{ours.head() / 1e6:.1f} million records"
    question(bench, f"ListRecords, the last 100 of a source that reports rarely, in {records}", 5, "records", ours)
    question(bench, f"Read, the first record since a time, in {records}", 5, "since", ours)
    stop(ours)


def question(bench, work, milliseconds, command, server, *arguments):
    """Asks again and again, after runs that warm up; less often than a connection may cancel calls."""
    calls = 40
    for _ in range(1 if bench.quick else 10):
        load.java("LoadClient", command, server.port, calls, *arguments)
    samples = [Sample(load.java("LoadClient", command, server.port, calls, *arguments)[0] / 1_000)
               for _ in range(bench.rounds)]
    bench.row(f"{work}: median", "ms", "", milliseconds, samples, [], at_most=True)


def bulk(bench):
    """ComputeDisplacements with batches of 1,000."""
    ours = started(Waystate())
    samples = bench.alternate({"bulk": call_bulk(ours, 10 if bench.quick else 100), "unary": call_unary(ours, 8, 32)})
    bench.row("ComputeDisplacements, batches of 1,000", "distances/s", "unary computeDisplacement", 20,
              samples["bulk"], samples["unary"])
    stop(ours)


def fill(bench, server, records):
    streams = stream_reports(server, 10_000)
    while (missing := records - server.head()) > 0:
        streams.calls_per_second = min(400, -(-missing // 10_000))
        streams.measure(1)
    bench.say(f"  the log has {server.head():,} records")
    return server.head()


def read(bench):
    """Read from the beginning to the head, against a JDBC select of a table with one row a report."""
    ours = started(Waystate())
    records = fill(bench, ours, 200_000 if bench.quick else 5_000_000)
    load.check(ours, "stream")  # adds 100
    records += 100

    replay = load.H2Load(ours, "/waystate.v1.StateLogService/Read", wire.prefixed(wire.number_field(1, 0)), 1, 1, 0,
                         records)
    replay.measure = whole(replay)
    warm = int(bench.warm_seconds * 1000)
    client = Program("LoadClient", lambda millis: ("replay", ours.port, 0, records, warm), ours)
    select = Program("JdbcSelect", lambda millis: (ours.data / "rows.db", records, warm))
    samples = bench.alternate({"read": replay, "client": client, "jdbc": select})
    work = f"Read, replay of {records / 1e6:.1f} million records"
    bench.row(work, "records/s", "JDBC select, one row a report", 0.8, samples["read"], samples["jdbc"])
    bench.row(work + ", by a Java client that parses and checks", "records/s", "JDBC select, one row a report", None,
              samples["client"], samples["jdbc"])
    stop(ours)


def whole(replay):
    """Measures one call, however long it takes. Each has to bring as many bytes, but for the times in it."""
    measure, sizes = replay.measure, []

    def one_call(seconds):
        sample = measure(0)
        sizes.append(replay.data)
        if abs(sizes[-1] / sizes[0] - 1) > 0.01:
            raise RuntimeError(f"the replays differ: {sizes} bytes")
        return sample

    return one_call


def follow(bench):
    """From before an append until a follower has the record, at 10,000 reports a second; bare grpc-java keeps nothing."""
    ours = started(Waystate())
    peers = bench.start_peers("bare")
    middles = {server.name: [] for server in (ours, *peers.values())}

    def delays(server):
        program = Program("LoadClient", lambda millis: ("follow", server.port, max(2000, 2 * millis), 10_000), server,
                          column=1, after=lambda numbers: middles[server.name].append(Sample(numbers[0])),
                          options=["-XX:TieredStopAtLevel=1"])  # or the client's compiler would be what is measured
        program.warm = lambda seconds: warm(server, seconds)
        return program

    def warm(server, seconds):
        """At a higher rate, for the server's compiler to be done."""
        load.java("LoadClient", "append", server.port, int(seconds * 500), 8, 100, 16)
        load.java("LoadClient", "follow", server.port, int(seconds * 1000), 60_000)

    contenders = {server.name: delays(server) for server in (ours, *peers.values())}
    samples = bench.alternate({**contenders, "sync": Once(load.sync_microseconds)})
    work = "follow, append → reader, 10,000 reports/s"
    bare = PEERS["bare"][0] + " without a log"
    bench.row(f"{work}: p99", "µs", "one sync of a page in place", 3, samples["waystate"], samples["sync"], at_most=True)
    bench.row(f"{work}: p99", "µs", bare, None, samples["waystate"], samples.get("bare"), at_most=True)
    ours_middle, bare_middle = (middles[name] if samples[name] else [] for name in ("waystate", "bare"))
    bench.row(f"{work}: median", "µs", "one sync of a page in place", None, ours_middle, samples["sync"], at_most=True,
              limit=" ")
    bench.row(f"{work}: median", "µs", bare, None, ours_middle, bare_middle, at_most=True, limit=" ")
    stop(ours, *peers.values())


def connections(bench):
    """1,000 connections instead of 8, with 32 calls on each; bare grpc-java shows what of the loss is its own."""
    many, few = started(Waystate("many")), started(Waystate("few"))
    peers = bench.start_peers("bare")
    contenders = {"many": call_unary(many, 1000, 32), "few": call_unary(few, 8, 32)}
    contenders |= {name: call_unary(server, 1000, 32) for name, server in peers.items()}
    samples = bench.alternate(contenders)
    bench.row("unary, 1,000 connections × 32", "calls/s", "8 connections × 32", 0.8, samples["many"], samples["few"])
    bench.row("unary, 1,000 connections × 32", "calls/s", f"{PEERS['bare'][0]}, 1,000 connections × 32", None,
              samples["many"], samples.get("bare"))
    stop(many, few, *peers.values())
    peaks = [[Sample(peak_memory(bench, count))] for count in (1000, 8)]
    bench.row("peak memory with 1,000 connections × 32, as in a container of 512 MiB", "MiB", "8 connections × 32", 1.5,
              *peaks, at_most=True, limit=" ", in_turns=False)


def peak_memory(bench, clients):
    server = started(Waystate(f"memory-{clients}", servers.CONTAINER))
    call_unary(server, clients, 32).warm(bench.warm_seconds)
    peak = server.memory("VmHWM")
    stop(server)
    return peak


def growth(bench):
    """stream_state onto a log that has many records, against one that has only those of the run."""
    grown, fresh = started(Waystate("grown")), started(Waystate("fresh"))
    fill(bench, grown, 400_000 if bench.quick else 20_000_000)
    contenders = {"grown": stream_reports(grown, bench.stream), "fresh": stream_reports(fresh, bench.stream)}
    contenders = bench.warm_up(contenders)  # which adds records
    many, few = (f"on a log of {server.head() / 1e6:.1f} million records" for server in (grown, fresh))
    samples = bench.in_turn(contenders)
    bench.row(f"stream_state {many}, which grows meanwhile", "reports/s", few, 0.95, samples["grown"], samples["fresh"])
    stop(grown, fresh)


def replicas(bench):
    """The log in a topic of one broker on the same machine, against the log of one process."""
    make = bench.peer("kafka")
    if make is None:
        return
    broker = started(make())
    one, first = Waystate("one"), started(broker.replica("first"))
    start_seconds = one.start()

    samples = bench.alternate({"replica": stream_reports(first, bench.stream), "one": stream_reports(one, bench.stream)})
    bench.row(f"stream_state, {bench.stream:,}-report streams, in a topic", "reports/s", "one process", 0.5,
              samples["replica"], samples["one"])
    samples = bench.alternate({server.name: AppendBatches(server) for server in (first, one)})
    bench.row("Append, batches of 100, in a topic", "reports/s", "one process", None, samples["first"], samples["one"])
    appended = samples["one"]

    second = started(broker.replica("second"))
    samples = bench.alternate({"two": AppendBatches(first, second), "one": AppendBatches(first)})
    bench.row("Append, batches of 100, half of the streams to each of two replicas", "reports/s", "one replica", 1.0,
              samples["two"], samples["one"])
    stop(second)

    waits = [load.java("LoadClient", "acknowledge", first.port, 50 if bench.quick else 500, 50)
             for _ in range(bench.rounds + 1)][1:]
    for column, name, most in (0, "median", 5_000), (1, "p99", 25_000):
        bench.row(f"Append in a topic, 50 reports a second, one at a time, until acknowledged: {name}", "µs", "", most,
                  [Sample(wait[column]) for wait in waits], [], at_most=True)

    records, rates = first.head(), []
    for _ in range(bench.rounds):
        again = broker.replica("again")
        rates.append(Sample(records / (again.start(patience=600) - start_seconds)))
        stop(again)
    bench.row(f"a replica with an empty disk, {records / 1e6:.1f} million records", "records/s",
              "Append, batches of 100, one process", 0.8, rates, appended, in_turns=False)
    stop(one, first, broker)


def start(bench):
    """From the start of the process to SERVING, with the shaded jar and an AOT cache, as the image has them."""
    jar = bench.peer("empty")
    quiet = ["-Xlog:disable", "-Xlog:all=error:stderr", *servers.COMPACT]

    def server(name, jar, options):
        http = servers.free_port()
        folder = servers.WORK / "data" / name
        shutil.rmtree(folder, ignore_errors=True)
        return Server(name, lambda port: [servers.JAVA, *quiet, *options, "-jar", jar, f"--grpc.server.port={port}",
                                          f"--server.port={http}"], folder, wire.is_serving)

    def trained(name, jar):
        cache = servers.WORK / f"{name}.aot"
        cache.unlink(missing_ok=True)
        training = server(name, jar, [f"-XX:AOTCacheOutput={cache}"])
        training.start()
        training.stop()
        return [f"-XX:AOTCache={cache}"]

    def milliseconds(name, jar, options):
        started_server = server(name, jar, options)
        taken = started_server.start() * 1000
        started_server.stop()
        return taken

    def starts(name, jar):
        options = []
        contender = Once(lambda: milliseconds(name, jar, options))
        if servers.JAVA_VERSION >= 25:
            contender.warm = lambda seconds: options.extend(trained(name, jar))
        return contender

    jars = {"start": servers.APP, "start-empty": jar}
    samples = bench.alternate({name: starts(name, jar) for name, jar in jars.items() if jar})
    cached = "with an AOT cache" if servers.JAVA_VERSION >= 25 else "without an AOT cache"
    bench.row(f"start to SERVING, shaded jar {cached}", "ms", PEERS["empty"][0], 1.3, samples["start"],
              samples.get("start-empty"), at_most=True, limit=" ")
    bench.row(f"start to SERVING, shaded jar {cached}", "ms", "", 1_200, samples["start"], [], at_most=True, limit=" ")


def memory(bench):
    """Resident memory after every kind of load, with what the JVM is given in a container of 512 MiB."""
    ours = started(Waystate("memory", servers.CONTAINER))
    for contender in (call_unary(ours, 8, 32), call_unary(ours, 1000, 1), stream_reports(ours, bench.stream),
                      stream_reports(ours, 1, 8, 32), call_bulk(ours, 10)):
        contender.warm(bench.warm_seconds)
    load.java("LoadClient", "append", ours.port, int(bench.warm_seconds * 1000), 8, 100, 16)
    load.java("LoadClient", "replay", ours.port, 0, ours.head(), 0)
    load.check(ours, "unary", "stream")  # it lives
    bench.row("resident memory after all loads, as in a container of 512 MiB", "MiB", "", 350, [Sample(ours.memory())], [],
              at_most=True, limit=f"peak {ours.memory('VmHWM'):.0f} MiB; heap of 128 MiB")
    stop(ours)


def standing(bench):
    """What people would pick instead, one after the other: the same loads, delays and replay for each, and what it needs."""
    def measure(name, make):
        bench.say(f"  measures {name}")
        bench.standing[name] = found = contenders.measure(bench, make())
        bench.say("  " + ", ".join(f"{row} {contenders.median(samples):,.6g}" for row, samples in found.items() if samples))

    for name in bench.chosen if bench.peer("clients") else ():
        if make := bench.peer(name):
            bench.attempt(name, measure, name, make)
            servers.stop_all()
    contenders.targets(bench)


def micro(bench):
    """Single steps, by JMH: the exact distance, the checksum, and the ways between messages and records."""
    quick = ["-f", 1, "-wi", 1, "-w", "100ms", "-i", 1, "-r", "100ms"] if bench.quick else []
    cost = servers.micro_benchmarks(*quick)

    def step(work, name, peer="", theirs=None):
        bench.row(work, "ns", peer, None, [Sample(cost[name])], [Sample(cost[theirs])] if theirs else [], limit=" ",
                  in_turns=False)

    for points in ("near", "far"):
        step(f"exact distance, points that are {points}", f"DistanceBenchmark.exact {points}",
             "root in double, rounded again", f"DistanceBenchmark.roundedTwice {points}")
    step("bytes of stream_state's message → report", "MessagesBenchmark.dataToReport")
    step("bytes of Append's request → reports, for one of them", "MessagesBenchmark.requestToReports")
    step("records → bytes of Read's response, for one of them", "MessagesBenchmark.recordsToResponse")
    step("checksum of a record", "RecordChecksumBenchmark.ofRecord")


GROUPS = {group.__name__: group for group in
          (unary, stream, short, append, way, bulk, read, follow, connections, growth, replicas, start, memory,
                               standing, micro)}
