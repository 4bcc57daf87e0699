"""The servers that people would pick instead: how each is started, with the settings that its maintainers advise for
reports that must outlive a power cut, and what is measured of it."""

import glob
import os
import re
import shutil
import signal
import statistics
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from . import servers
from .load import Sample, Watch, sync_microseconds
from .servers import BENCH, ENVIRONMENT, ROOT, WORK, Missing, Server, Waystate, free_port, require, run

CLIENTS = WORK / "standing"
REST = 20  # seconds after the loads, before the memory is read: some give back what they took
DELAYS = {"acknowledge": 50, "follow": 1_000}  # the rows with delays, and their reports a second
PATIENCE = 900  # seconds for all loads of one; the slowest took 300 in 3 rounds


@dataclass
class Contender:
    """A column of the table. What it is made from is in servers.PEERS, by the same name."""

    settings: str
    syncs: bool = True  # before it acknowledges


CONTENDERS = {
    "waystate": Contender("as by default; in bulk with 10,000 reports a request"),
    "redis": Contender("appendfsync always, no snapshots, and no rewriting of the file meanwhile; an XADD a report, in bulk "
                       "and in batches as pipelines; a blocking XREAD follows what is sent without waiting; XRANGE replays by "
                       "pages of 10,000"),
    "postgresql": Contender("fsync and synchronous_commit as by default, max_wal_size 4 GB; a table with a bigint key from a "
                            "sequence and the time; in bulk and in batches COPY, single ones as prepared "
                            "INSERTs on 256 connections; NOTIFY by a trigger wakes the follower; reports for it go over one "
                            "connection, which waits for each commit, because rows that are committed in another order than "
                            "that of their keys would be missed; replay by a cursor"),
    "kafka": Contender("one partition, flush.messages=1, acks=all, idempotent producers; in bulk with batches of 1 MB and "
                       "linger.ms=5, else linger.ms=1, and 0 for the delays; its maintainers advise replicas in place of the sync"),
    "rabbitmq-quorum": Contender("persistent messages, publisher confirms; a follower has a queue of its own at the same "
                                 "exchange; a queue forgets what was consumed"),
    "etcd": Contender("a key a report, transactions of 1,000 keys in bulk (max-txn-ops) and of 100; quota of 8 GiB; a watch "
                      "follows; replay by ranges of 10,000"),
    "nats": Contender("a stream in a file, published without waiting, read by an ordered consumer"),
    "rabbitmq-stream": Contender("confirms; in bulk with 100 reports in an entry; its maintainers rely on replicas", False),
}


def data(name):
    folder = WORK / "data" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class Redis(Server):
    @staticmethod
    def accepts(port):
        """It accepts connections while it still loads."""
        return run_quietly("redis-cli", "-p", port, "ping") == "PONG\n"


class Postgres(Server):
    gentle = signal.SIGINT  # does not wait for clients

    def __init__(self, programs):
        folder = data("postgresql")
        owner = []
        if os.getuid() == 0:  # which it refuses to run as
            shutil.chown(folder, "postgres")
            owner = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        run(*owner, f"{programs}/initdb", "-D", folder, "-U", "postgres", "-A", "trust", cwd=folder)
        super().__init__("postgresql", lambda port: [
            *owner, f"{programs}/postgres", "-D", folder, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c",
            "unix_socket_directories=", "-c", "max_connections=300", "-c", "max_wal_size=4GB"], folder)

    @staticmethod
    def accepts(port):
        return "accepting" in run_quietly("pg_isready", "-h", "127.0.0.1", "-p", port)


class Rabbit(Server):
    """A broker with an own epmd, which it would start for itself and leave behind otherwise."""

    def __init__(self, name):
        folder = data(name)
        self.names = Server(f"{name}-epmd", lambda port: ["epmd", "-port", port, "-address", "127.0.0.1"], folder)
        self.stream_port = free_port()
        super().__init__(name, lambda port: glob.glob("/usr/lib/rabbitmq/lib/*/sbin/rabbitmq-server"), folder)
        (folder / "plugins").write_text("[rabbitmq_stream].")
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nstream.listeners.tcp.1 = 127.0.0.1:{self.stream_port}\n")
        self.environment = {
            **ENVIRONMENT, "HOME": str(folder), "RABBITMQ_NODENAME": f"{name}@localhost", "ERL_EPMD_PORT": str(self.names.port),
            "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"), "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ALLOW_INPUT": "1", "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput"}  # the process itself, no shell

    def start(self):
        self.names.start()
        return super().start()

    def stop(self, how=None):
        super().stop(how)
        self.names.stop()


class Etcd(Server):
    @staticmethod
    def accepts(port):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1) as health:
                return b"true" in health.read()
        except OSError:
            return False


def run_quietly(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True).stdout


def redis():
    require("redis-server", "redis-server")
    version = re.search(r"v=([\d.]+)", run("redis-server", "--version"))[1]
    return version, lambda: Redis("redis", lambda port: [
        "redis-server", "--port", port, "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always", "--save", "",
        "--auto-aof-rewrite-percentage", "0"], data("redis"))


def postgresql():
    programs = max(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), default=None)
    if not programs:
        raise Missing("needs initdb: apt-get install postgresql")
    return run(f"{programs}/postgres", "--version").split()[2], lambda: Postgres(programs)


def rabbit(name):
    def found():
        require("rabbitmq-server", "rabbitmq-server")
        folder = glob.glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*")[0]
        return f"RabbitMQ {folder.rsplit('-', 1)[1]}", lambda: Rabbit(name)

    return found


def etcd():
    require("etcd", "etcd-server")
    version = run("etcd", "--version").split()[2]
    peers = f"http://127.0.0.1:{free_port()}"

    def command(port):
        clients = f"http://127.0.0.1:{port}"
        return ["etcd", "--data-dir", "data", "--listen-client-urls", clients, "--advertise-client-urls", clients,
                "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", f"default={peers}",
                "--max-txn-ops", "1000", "--quota-backend-bytes", str(8 << 30)]

    return version, lambda: Etcd("etcd", command, data("etcd"))


def nats():
    require("nats-server", "nats-server")
    version = re.search(r"v([\d.]+)", run("nats-server", "--version"))[1]
    # Later versions can sync before they acknowledge; those before 2.10 refuse the setting.
    CONTENDERS["nats"].syncs = [int(part) for part in version.split(".")[:2]] >= [2, 10]
    sync = "sync_interval: always" if CONTENDERS["nats"].syncs else ""

    def server():
        folder = data("nats")
        (folder / "nats.conf").write_text(f"jetstream {{ store_dir: {folder} {sync} }}")
        return Server("nats", lambda port: ["nats-server", "-a", "127.0.0.1", "-p", port, "-c", "nats.conf"], folder)

    return version, server


def clients():
    """Builds the programs that measure."""
    run("./mvnw", "-q", "-B", "-f", BENCH / "peers/standing/pom.xml", "package", cwd=ROOT)
    shutil.rmtree(CLIENTS / "classes", ignore_errors=True)
    run(servers.java_home() / "bin/javac", "-proc:none", "-cp", classpath(), "-d", CLIENTS / "classes",
        *(BENCH / "peers/standing").glob("*.java"))
    names = ("jedis", "lettuce-core", "postgresql", "kafka-clients", "amqp-client", "stream-client", "jetcd-core", "jnats")
    return ", ".join(f"{name} {servers.lib_version(name, CLIENTS / 'lib')}" for name in names), True


def classpath():
    return os.pathsep.join([str(CLIENTS / "classes"), f"{CLIENTS}/lib/*", servers.classpath()])


servers.PEERS |= {
    "clients": ("clients", clients),
    "waystate": ("Waystate", lambda: (f"the jar on Java {servers.JAVA_VERSION}", Waystate)),
    "redis": ("Redis Streams", redis),
    "postgresql": ("PostgreSQL", postgresql),
    "rabbitmq-quorum": ("RabbitMQ quorum queue", rabbit("rabbitmq-quorum")),
    "rabbitmq-stream": ("RabbitMQ stream", rabbit("rabbitmq-stream")),
    "etcd": ("etcd", etcd),
    "nats": ("NATS JetStream", nats),
}


def measure(bench, server):
    """Starts and stops it, loads it, kills it, starts it again, and counts: {row: its samples}."""
    found = {"start": [Sample(server.start())]}
    while len(found["start"]) < min(3, bench.rounds):
        server.stop()
        found["start"].append(Sample(server.start()))
    for rate in DELAYS.values():
        found[f"sync-{rate}"] = [Sample(sync_microseconds(rate) / 1000) for _ in range(bench.rounds)]
    found |= client(server, bench.rounds, int(bench.seconds * 300), int(bench.warm_seconds * 1000),
                    20_000 if bench.quick else 2_000_000)
    acknowledged = found["acknowledged"][0].value
    found["millions"] = [Sample(acknowledged / 1e6)]
    server.stop(signal.SIGKILL)
    found["restart"] = [Sample(server.start())]
    [stored] = client(server, int(acknowledged))["stored"]
    if stored.value != acknowledged:
        raise RuntimeError(f"{server.name} acknowledged {acknowledged:,.0f} reports, and has {stored.value:,.0f}")
    server.stop()
    kept, reused = sizes(server.cwd)
    found |= {kind: [Sample(size / acknowledged)] for kind, size in
              {"bytes": kept + reused, "kept": kept, "reused": reused}.items() if size}
    return found


def client(server, *numbers):
    """Runs a client, and returns the rows that it prints; memory is the server's, at rest, while it is still connected."""
    port = getattr(server, "stream_port", server.port) if "stream" in server.name else server.port
    command = servers.program("Standing", server.name, port, *numbers, path=classpath())
    found = {}
    with open(WORK / f"logs/{server.name}-client.log", "w+") as log, subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        watch = Watch(server, process.pid)
        try:
            while True:
                with watch:
                    line = process.stdout.readline()
                if not line:
                    break
                row, *values = line.split()
                # The slowest are printed with the medians: what was busy before is that of both.
                busy = found[row.replace("-p99", "-p50")][0].busy if row.endswith("-p99") else watch.busy
                found[row] = [Sample(float(value), busy) for value in values]
                if row == "acknowledged":
                    time.sleep(REST)
                    found["memory"] = [Sample(server.memory_of_all())]
                    process.stdin.close()
            process.wait()
        except BaseException:
            process.kill()
            raise
        finally:
            watchdog.cancel()
        if process.returncode:
            log.seek(0)
            why = f"took longer than {PATIENCE} s" if process.returncode == -signal.SIGKILL else "failed"
            raise RuntimeError(f"the client of {server.name} {why}:\n{log.read()[-3000:]}")
    return found


def sizes(folder):
    """Bytes on the disk: of all that is kept, and of the log that is written first and reused later."""
    found = [0, 0]
    for file in Path(folder).rglob("*"):
        if file.is_file():
            found["wal" in str(file.relative_to(folder))] += file.stat().st_blocks * 512
    return found


def targets(bench):
    """The rows that have one: against the best of the others, against those with short delays, or against a sync."""
    ours = bench.standing.get("waystate", {})

    def row(work, unit, kind, target, peer="", theirs=None, at_most=False):
        bench.row(work, unit, peer, target, ours.get(kind), theirs, at_most=at_most, limit="" if ours.get(kind) else " ",
                  in_turns=False)

    def against(work, kind, target, name, their_kind):
        row(work, "reports/s", kind, target, servers.PEERS[name][0], bench.standing.get(name, {}).get(their_kind))

    def best(kind):
        """The quickest of the others that sync."""
        others = [name for name in bench.standing if name != "waystate" and CONTENDERS[name].syncs
                  and bench.standing[name].get(kind)]
        return max(others, key=lambda name: median(bench.standing[name][kind]), default="redis")

    row("reports in bulk", "reports/s", "bulk", 2_000_000)
    against("batches of 100, 8 in flight", "batches", 1.5, best("batches"), "batches")
    against("single reports by Append, 256 in flight", "single", 1, "redis", "pipelined")
    against("single reports by stream_state, 256 in flight", "stream_state", 1, "kafka", "single")
    for delay, kind, middle, slowest in (("acknowledgement", "acknowledge", 3.3, 7),
                                         ("append → follower", "follow", 2.5, 10)):
        rate = DELAYS[kind]
        for percentile, target in ("p50", middle), ("p99", slowest):
            row(f"{delay} at {rate:,} reports/s: {percentile}", "ms", f"{kind}-{percentile}", target,
                "one sync of a page in place at this rate", ours.get(f"sync-{rate}"), True)
    for name in "postgresql", "redis":
        for percentile in "p50", "p99":
            kind = f"acknowledge-{percentile}"
            row(f"acknowledgement at {DELAYS['acknowledge']} reports/s: {percentile}", "ms", kind, 1.0, servers.PEERS[name][0],
                bench.standing.get(name, {}).get(kind), True)
    row("replay of 2 million reports to one reader", "reports/s", "replay", 2_500_000)
    row("bytes on the disk for a report", "bytes", "bytes", 40, at_most=True)
    row("start to SERVING, shaded jar", "s", "start", 2.5, at_most=True)
    row(f"resident memory {REST} s after the loads", "MiB", "memory", 350, at_most=True)


def median(samples):
    return statistics.median(sample.value for sample in samples)
