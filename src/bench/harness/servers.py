"""Builds and runs the service and its peers. What is built, written and logged lies in target/bench."""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path

from . import wire

ROOT = Path(__file__).resolve().parents[3]
BENCH = ROOT / "src/bench"
WORK = ROOT / "target/bench"
APP = WORK / "app/waystate.jar"
CLASSES = WORK / "classes"
BUILT = APP.parent / "commit"  # is there when all is built
TICKS = os.sysconf("SC_CLK_TCK")

# Python's output is buffered, as it is when nobody asks for less.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}

running = []


class Missing(Exception):
    """A peer cannot be built: says what to install."""


def java_home():
    """The newest JDK of the machine, as the container image has it, else the one on the path."""
    homes = [h for h in glob.glob("/usr/lib/jvm/*") if os.path.exists(h + "/bin/java") and re.search(r"\d+", h)]
    newest = max(homes, key=lambda home: int(re.search(r"\d+", Path(home).name).group()), default=None)
    return Path(os.environ.get("BENCH_JAVA_HOME") or newest or Path(shutil.which("java")).resolve().parents[1])


JAVA = str(java_home() / "bin/java")
JAVA_VERSION = int(re.search(r'"(\d+)', subprocess.run([JAVA, "-version"], capture_output=True, text=True).stderr)[1])
COMPACT = ["-XX:+UseCompactObjectHeaders"] if JAVA_VERSION >= 25 else []
NATIVE = ["--enable-native-access=ALL-UNNAMED"]
# What the JVM chooses in a container of 512 MiB, and what the image sets.
CONTAINER = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", *COMPACT]


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}")
    return done.stdout


def require(program, package):
    if not shutil.which(program):
        raise Missing(f"needs {program}: apt-get install {package}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu(path):
    """The name and the CPU seconds of a process or a thread, from its stat file in /proc."""
    name, rest = Path(path).read_text().split("(", 1)[1].rsplit(")", 1)
    values = rest.split()
    return name, (int(values[11]) + int(values[12])) / TICKS


class Server:
    """A server process. Its command is made from its port."""

    environment = ENVIRONMENT
    gentle = signal.SIGTERM

    def __init__(self, name, command, cwd=WORK, ready=None):
        self.name, self.command, self.cwd, self.ready = name, command, cwd, ready or self.accepts
        self.port = free_port()
        self.process = None
        self.cluster = [self]  # all servers that work for its calls

    def start(self, patience=60):
        """Starts it and returns the seconds until it was ready, which it must be in so many."""
        WORK.joinpath("logs").mkdir(parents=True, exist_ok=True)
        self.cwd.mkdir(parents=True, exist_ok=True)
        self.log = WORK / f"logs/{self.name}.log"
        started = time.monotonic()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen([str(c) for c in self.command(self.port)], cwd=self.cwd, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=self.environment)
        running.append(self)
        while not self.ready(self.port):
            if self.process.poll() is not None or time.monotonic() > started + patience:
                raise RuntimeError(f"{self.name} did not start: see {self.log}")
            time.sleep(0.005)
        return time.monotonic() - started

    def stop(self, how=None):
        """Ends it in its own way, or by a signal, which its child processes get as well."""
        if self in running:
            running.remove(self)
        children = self.tree()[1:] if how else []
        self.process.send_signal(how or self.gentle)
        for child in children:
            with contextlib.suppress(ProcessLookupError):  # some end with it
                os.kill(child, how)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        while any(os.path.exists(f"/proc/{child}/exe") for child in children):
            time.sleep(0.01)  # they hold its memory and its ports until they are gone

    def threads(self):
        """CPU seconds by thread of all that work for its calls: {id: (name, seconds)}."""
        found = {}
        processes = [server.process.pid for server in self.cluster if server.process]
        for path in [path for process in processes for path in glob.glob(f"/proc/{process}/task/*/stat")]:
            try:
                found[path] = cpu(path)
            except (FileNotFoundError, ProcessLookupError):
                continue  # the thread has ended
        return found

    def memory(self, key="VmRSS"):
        """Resident memory in MiB; VmHWM is its peak."""
        return int(re.search(key + r":\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())[1]) / 1024

    def memory_of_all(self):
        """Memory in MiB that is resident for it and its child processes; what they share counts once."""
        total = 0
        for process in self.tree():
            try:
                total += int(re.search(r"Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text())[1])
            except (FileNotFoundError, ProcessLookupError, TypeError):
                continue  # the process has ended
        return total / 1024

    def tree(self):
        """The ids of its process, and of those that it started."""
        found = [self.process.pid]
        for process in found:
            for children in glob.glob(f"/proc/{process}/task/*/children"):
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
                    found += map(int, Path(children).read_text().split())
        return found

    @staticmethod
    def accepts(port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False


def stop_all():
    """Stops all servers, and removes what they have written."""
    for server in list(running):
        server.stop()
    shutil.rmtree(WORK / "data", ignore_errors=True)


class Waystate(Server):
    """The service with an empty log, everything switched on as it is by default."""

    environment = {**ENVIRONMENT, "MALLOC_ARENA_MAX": "2"}  # as the image sets it

    def __init__(self, name="waystate", options=(), properties=()):
        self.http_port = free_port()
        self.data = WORK / "data" / name
        shutil.rmtree(self.data, ignore_errors=True)
        super().__init__(name, lambda port: [JAVA, *(options or COMPACT), "-jar", APP, "serve", f"--grpc.server.port={port}",
                                             f"--server.port={self.http_port}", *properties], self.data, wire.is_serving)

    def head(self):
        return wire.head_position(self.port)

    def ok_count(self):
        """How many calls of computeDisplacement the server itself counted as OK."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/actuator/prometheus", timeout=10) as metrics:
            lines = metrics.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if line.startswith("grpc_server_call_duration_seconds_count") and "computeDisplacement" in line
                   and '"OK"' in line)


class Kafka(Server):
    """One broker, which has each batch on the disk before it acknowledges it, as the service's own log does."""

    def __init__(self, jars):
        self.data = WORK / "data/kafka"
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True)
        self.settings = self.data / "broker.properties"
        self.tool = [JAVA, *COMPACT, "-cp", f"{jars}/*"]
        super().__init__("kafka", lambda port: [*self.tool, "-Xmx512m", "kafka.Kafka", self.settings], self.data)

    def start(self):
        controller = free_port()
        self.settings.write_text("\n".join([
            "process.roles=broker,controller", "node.id=1", f"log.dirs={self.data}/log",
            f"listeners=BROKER://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{controller}",
            "listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT", "inter.broker.listener.name=BROKER",
            "controller.listener.names=CONTROLLER", f"controller.quorum.voters=1@127.0.0.1:{controller}",
            "auto.create.topics.enable=false", "log.cleaner.dedupe.buffer.size=2097152"]))
        run(*self.tool, "kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", "vYAotaw4R1S3_os9HEiw2A",
            "-c", self.settings)
        return super().start()

    def replica(self, name):
        """A server whose log is in this broker, which works for its calls as do the other replicas."""
        replica = Waystate(name, properties=("--waystate.state-log.kafka.topic=bench",
                                             "--waystate.state-log.kafka.create-replicas=1",
                                             f"--spring.kafka.bootstrap-servers=127.0.0.1:{self.port}"))
        self.cluster.append(replica)
        replica.cluster = self.cluster
        return replica


def extract(jar, folder):
    shutil.rmtree(folder, ignore_errors=True)
    run(JAVA, "-Djarmode=tools", "-jar", jar, "extract", "--destination", folder)


def libraries():
    """The service's libraries without a log: what a program without Spring runs on."""
    return [str(jar) for jar in sorted((WORK / "app/lib").glob("*.jar")) if not jar.name.startswith("log")]


def build_service():
    """Builds it and the programs that measure, and returns the commit that they are of."""
    shutil.rmtree(APP.parent, ignore_errors=True)
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    run("./mvnw", "-q", "-B", "package", "-DskipTests", "dependency:copy-dependencies", "-DincludeScope=runtime",
        f"-DoutputDirectory={APP.parent / 'lib'}", cwd=ROOT)
    shutil.copy2(ROOT / "target/waystate.jar", APP)
    shutil.rmtree(CLASSES, ignore_errors=True)
    with zipfile.ZipFile(APP) as jar:
        jar.extractall(CLASSES, [name for name in jar.namelist() if name.startswith("dev/")])
    sources = [*(BENCH / "java").glob("*.java"), *(BENCH / "peers/bare").glob("*.java")]
    run(java_home() / "bin/javac", "-proc:none", "-cp", classpath(), "-d", CLASSES, *sources)
    BUILT.write_text(commit)
    return commit


def earlier_build():
    """Returns the commit of what an earlier run has built."""
    if not BUILT.exists():
        raise Missing("needs a build in target/bench: leave --no-build out")
    return f"{BUILT.read_text()}, built by an earlier run"


def classpath():
    return os.pathsep.join([str(CLASSES), *libraries()])


def program(main, *args, options=(), path=None):
    """The command of one of the Java programs here."""
    return [JAVA, *COMPACT, *NATIVE, *options, "-cp", path or classpath(), main, *map(str, args)]


def lib_version(name, folder=WORK / "app/lib"):
    return next(iter(folder.glob(name + "-[0-9]*.jar"))).stem[len(name) + 1:]


def maven_peer(name):
    run("./mvnw", "-q", "-B", "-f", BENCH / f"peers/{name}/pom.xml", "package", cwd=ROOT)
    extract(WORK / f"{name}/{name}.jar", WORK / f"{name}/app")
    return WORK / f"{name}/app/{name}.jar"


def micro_benchmarks(*options):
    """Builds and runs the JMH benchmarks: {class, method and parameters: the mean in nanoseconds}."""
    run("./mvnw", "-q", "-B", "-f", BENCH / "jmh/pom.xml", "package", cwd=ROOT)
    folder = WORK / "micro"
    path = os.pathsep.join([f"{folder}/classes", f"{folder}/lib/*", str(APP)])
    run(JAVA, *COMPACT, "-cp", path, "org.openjdk.jmh.Main", "-foe", "true", "-rf", "json", "-rff", folder / "result.json",
        *options)
    found = json.loads((folder / "result.json").read_text())
    return {" ".join([".".join(one["benchmark"].split(".")[-2:]), *one.get("params", {}).values()]):
            one["primaryMetric"]["score"] for one in found}


def bare():
    version = f"grpc-java {lib_version('grpc-netty')}, Netty {lib_version('netty-common')}"
    return version, lambda port: program("dev.waystate.displacement.BareServer", port)


def spring():
    jar = maven_peer("spring-grpc")
    lib = jar.parent / "lib"
    version = (f"Boot {lib_version('spring-boot', lib)}, spring-grpc {lib_version('spring-grpc-core', lib)}, "
               f"grpc-java {lib_version('grpc-api', lib)}")
    return version, lambda port: [JAVA, *COMPACT, "-jar", jar, f"--spring.grpc.server.port={port}"]


def python():
    for interpreter in ("python3", "/usr/bin/python3"):
        found = subprocess.run([interpreter, "-c", "import grpc, grpc_tools; print(grpc.__version__)"],
                               capture_output=True, text=True)
        if found.returncode == 0:
            break
    else:
        raise Missing("needs grpcio: apt-get install python3-grpcio python3-grpc-tools")
    folder = WORK / "python"
    folder.mkdir(parents=True, exist_ok=True)
    run(interpreter, "-m", "grpc_tools.protoc", "-I", ROOT / "proto", f"--python_out={folder}",
        f"--grpc_python_out={folder}", "unary.proto", "request_streaming.proto")
    shutil.copy(BENCH / "peers/python/server.py", folder)
    return f"grpcio {found.stdout.strip()}", lambda port: [interpreter, folder / "server.py", port]


def node():
    require("npm", "nodejs npm")
    folder = WORK / "node"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (BENCH / "peers/node").iterdir():
        shutil.copy(file, folder)
    if not (folder / "node_modules").exists():
        run("npm", "install", "--silent", "--no-audit", "--no-fund", cwd=folder)
    version = re.search(r'grpc-js": "(.*)"', (folder / "package.json").read_text())[1]
    return (f"Node {run('node', '--version').strip()}, grpc-js {version}",
            lambda port: ["node", folder / "server.js", port, ROOT / "proto"])


def cpp():
    packages = "g++ pkg-config libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc"
    for tool in ("g++", "pkg-config", "protoc", "grpc_cpp_plugin"):
        require(tool, packages)
    if subprocess.run(["pkg-config", "--exists", "grpc++"]).returncode:
        raise Missing(f"needs libgrpc++-dev: apt-get install {packages}")
    folder = WORK / "cpp"
    folder.mkdir(parents=True, exist_ok=True)
    source, binary = BENCH / "peers/cpp/server.cc", folder / "server"
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        run("protoc", "-I", ROOT / "proto", f"--cpp_out={folder}", f"--grpc_out={folder}",
            f"--plugin=protoc-gen-grpc={shutil.which('grpc_cpp_plugin')}", "unary.proto", "request_streaming.proto")
        flags = run("pkg-config", "--cflags", "--libs", "grpc++", "protobuf").split()
        run("g++", "-O2", "-std=c++17", f"-I{folder}", source, *folder.glob("*.pb.cc"), "-o", binary, *flags)
    return f"gRPC C++ {run('pkg-config', '--modversion', 'grpc++').strip()}", lambda port: [binary, port]


def nghttpd():
    require("nghttpd", "nghttp2-server")
    folder = WORK / "nghttpd/my_package.DisplacementService"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "computeDisplacement").write_bytes(bytes(10))  # as long as an answer
    return run("nghttpd", "--version").strip(), lambda port: ["nghttpd", "--no-tls", "-n2", "-d", folder.parent, port]


def kafka():
    run("./mvnw", "-q", "-B", "-f", BENCH / "peers/kafka/pom.xml", "package", cwd=ROOT)
    return f"Kafka {lib_version('kafka-clients', WORK / 'kafka/lib')}", lambda: Kafka(WORK / "kafka/lib")


def empty():
    jar = maven_peer("empty")
    return f"Boot {lib_version('spring-boot', jar.parent / 'lib')}", jar


PEERS = {
    "bare": ("bare grpc-java", bare),
    "spring": ("Boot's gRPC starter", spring),
    "python": ("Python", python),
    "node": ("Node", node),
    "cpp": ("C++", cpp),
    "nghttpd": ("nghttpd, HTTP/2 alone", nghttpd),
    "kafka": ("Kafka", kafka),
    "empty": ("empty Boot application", empty),
}
