"""Makes load, measures what it achieves, and sees what is busy meanwhile."""

import os
import re
import resource
import statistics
import subprocess
import time
from dataclasses import dataclass

from . import servers, wire

CORES = os.cpu_count()
PAGE = 4096
SYNCED_PAGES = 4096  # 16 MiB
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass
class Sample:
    """What a measurement gave, in the unit of its row, and the CPU use meanwhile."""

    value: float
    busy: str = ""


class Watch:
    """Sees how busy the server, or its cluster, the load, and the rest of the machine are within a with statement."""

    def __init__(self, server=None, client=None):
        self.server, self.client = server, client  # a client that goes on: its process id

    def __enter__(self):
        self.before = self._read()
        return self

    def __exit__(self, *failure):
        if failure[0]:
            return
        (start, load, machine, threads), (end, load_end, machine_end, threads_end) = self.before, self._read()
        seconds = end - start
        used = {path: (name, cpu - threads.get(path, (name, 0))[1]) for path, (name, cpu) in threads_end.items()}
        server = sum(cpu for _, cpu in used.values()) / seconds
        client = (load_end - load) / seconds
        other = (machine_end - machine) / seconds - server - client  # the kernel's work for the network, too
        name, top = max(used.values(), key=lambda thread: thread[1], default=("", 0))
        top /= seconds
        several = len({path.split("/")[2] for path in used}) > 1
        shares = f"{'servers' if several else 'server'} {server:.2f}, load {client:.2f}"
        if server + client + other > 0.93 * CORES:
            self.busy = f"all {CORES} cores ({shares})"
        elif top > 0.9:
            self.busy = f"the server's thread {name} ({shares} cores)"
        elif 0.9 < client < 1.1:
            self.busy = f"the load's thread ({shares} cores)"
        elif 0.9 < server < 1.1:
            self.busy = f"one of the server's threads after the other ({shares} cores)"
        else:
            self.busy = f"no core ({shares}; busiest thread {name} {top:.2f})"
        if other > 0.2:  # more than what the kernel does for them
            self.busy += f"; disturbed by others: {other:.2f}"

    def _read(self):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open("/proc/stat") as stat:
            ticks = [int(value) for value in stat.readline().split()[1:9]]
        machine = (sum(ticks) - ticks[3] - ticks[4]) / servers.TICKS
        threads = self.server.threads() if self.server else {}
        client = servers.cpu(f"/proc/{self.client}/stat")[1] if self.client else 0
        return time.monotonic(), children.ru_utime + children.ru_stime + client, machine, threads


class H2Load:
    """Calls of one method with one body, from h2load.

    A successful answer has a known length (answer, in bytes), and a failed one has none: h2load sees the HTTP status
    only, but counts the bytes. Where a server counts by itself, counter says so before and after, too.
    """

    def __init__(self, server, path, body, clients, streams, answer, per_call=1, counter=None, counted_per_call=1):
        self.server, self.path, self.clients, self.streams = server, path, clients, streams
        self.answer, self.per_call, self.counter, self.counted = answer, per_call, counter, counted_per_call
        self.body = servers.WORK / f"body-{path.split('/')[1]}-{len(body)}"
        self.body.write_bytes(body)
        self.calls_per_second = 0

    def measure(self, seconds):
        calls = max(self.clients, int(self.calls_per_second * seconds))
        before = self.counter() if self.counter else 0
        with Watch(self.server) as watch:
            output, elapsed = h2load(self.server.port, self.path, self.body, calls, self.clients, self.streams)
        self._check(calls, output, before)
        self.calls_per_second = calls / elapsed
        return Sample(calls * self.per_call / elapsed, watch.busy)

    def warm(self, seconds):
        deadline = time.monotonic() + seconds
        while True:
            self.measure(max(0.2, seconds / 8))
            if time.monotonic() > deadline:
                return

    def _check(self, calls, output, before):
        self.data = int(re.search(r"\((\d+)\) data", output)[1])
        if self.answer and self.data != calls * self.answer:
            raise RuntimeError(f"{self.server.name}: {self.data} bytes of answers to {calls} calls: some failed")
        deadline = time.monotonic() + 2  # a call is counted just after it was answered
        while self.counter and (counted := self.counter() - before) != calls * self.counted:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.server.name}: counted {counted} instead of {calls * self.counted}")
            time.sleep(0.05)


def h2load(port, path, body, calls, clients, streams, *headers):
    """Returns h2load's output, and the seconds that it took, after a check that every answer was a HTTP 200."""
    output = servers.run("h2load", "-n", calls, "-c", min(clients, calls), "-m", streams, "-d", body, "-H",
                         "content-type: application/grpc", "-H", "te: trailers",
                         *(part for header in headers for part in ("-H", header)), f"http://127.0.0.1:{port}{path}",
                         timeout=300)
    if f" {calls} succeeded" not in output or f"status codes: {calls} 2xx" not in output:
        raise RuntimeError(f"calls failed:\n{output}")
    number, unit = re.search(r"finished in ([\d.]+)(us|ms|s)", output).groups()
    return output, float(number) * UNITS[unit]


class Program:
    """One of the Java programs. args is made from the milliseconds to run; one of its numbers is the value."""

    def __init__(self, main, args, server=None, column=0, after=None, options=()):
        self.main, self.args, self.server, self.column, self.after = main, args, server, column, after
        self.options = options

    def measure(self, seconds):
        with Watch(self.server) as watch:
            self.numbers = java(self.main, *self.args(int(seconds * 1000)), options=self.options)
        if self.after:
            self.after(self.numbers)
        return Sample(self.numbers[self.column], watch.busy)

    def warm(self, seconds):
        """Each run warms up by itself."""


class Once:
    """A measurement that needs no warm-up."""

    def __init__(self, measure):
        self.measure = lambda seconds: Sample(measure())

    def warm(self, seconds):
        pass


def java(main, *args, options=()):
    done = subprocess.run(servers.program(main, *args, options=options), capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{main} {args} failed:\n{done.stderr[-3000:]}")
    return [float(number) for number in done.stdout.split()]


def check(server, *kinds):
    """Makes real calls of a client that looks at grpc-status and at the answer."""
    for kind in kinds:
        java("LoadClient", f"check-{kind}", server.port)


def sync_microseconds(per_second=1_000, seconds=2.0):
    """The median time of one sync of a page, as a small commit makes one: the write-ahead log is written over and over in a
    file that keeps its size, and the service's SQLite is built without fdatasync.

    A disk that has rested longer takes longer, so the pause between them is that of what it is compared with."""
    times = []
    path = servers.WORK / "sync"
    file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for _ in range(SYNCED_PAGES):
        os.write(file, bytes(PAGE))
    os.fsync(file)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        os.pwrite(file, os.urandom(PAGE), len(times) % SYNCED_PAGES * PAGE)
        start = time.perf_counter()
        os.fsync(file)
        times.append((time.perf_counter() - start) * 1e6)
        time.sleep(1 / per_second)
    os.close(file)
    path.unlink()
    return statistics.median(times)


def call_unary(server, clients, streams):
    counter = server.ok_count if isinstance(server, servers.Waystate) else None
    answer = 0 if server.name == "nghttpd" else 10
    return H2Load(server, "/my_package.DisplacementService/computeDisplacement", wire.prefixed(wire.DISPLACEMENT),
                  clients, streams, answer, counter=counter)


def stream_reports(server, reports, clients=8, streams=1):
    counter = server.head if isinstance(server, servers.Waystate) else None
    return H2Load(server, "/my_package.RequestStreaming/stream_state", wire.prefixed(wire.DATA) * reports, clients,
                  streams, 5, reports, counter, reports)


def report_once(server, source):
    """One report of a source."""
    body = servers.WORK / "body-report"
    body.write_bytes(wire.prefixed(wire.DATA))
    h2load(server.port, "/my_package.RequestStreaming/stream_state", body, 1, 1, 1, f"waystate-source: {source}")


def call_bulk(server, requests, batch=1000):
    request = wire.bytes_field(1, wire.DISPLACEMENT) * batch
    answer = 5 + len(wire.bytes_field(1, bytes(4 * batch)))
    return H2Load(server, "/waystate.v1.BulkDisplacementService/ComputeDisplacements", wire.prefixed(request) * requests,
                  8, 1, requests * answer, requests * batch)
