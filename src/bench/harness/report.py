"""Writes the table and draws the bars."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

from . import servers
from .servers import PEERS


def machine(bench):
    total = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024**2
    java = subprocess.run([servers.JAVA, "-version"], capture_output=True, text=True).stderr.splitlines()[1]
    commit = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude=*"], cwd=servers.ROOT, capture_output=True,
                            text=True).stdout.strip()
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    lines = [f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, commit {commit}",
             f"- {os.cpu_count()} cores ({model[1] if model else platform.machine()}), {total:.0f} GiB of memory, Linux "
             f"{platform.release()}; load, servers and log share them, over loopback",
             f"- {java.strip()}",
             f"- service: grpc-java {servers.lib_version('grpc-netty')}, Netty {servers.lib_version('netty-common')}, "
             f"sqlite-jdbc {servers.lib_version('sqlite-jdbc')}; everything on as by default",
             f"- load: {servers.run('h2load', '--version').strip()}, and grpc-java",
             f"- {bench.rounds} rounds of {bench.seconds:g} s, warmed up for {bench.warm_seconds:g} s; medians of the rounds, "
             "in brackets the range of the rounds' ratios"]
    lines += [f"- {PEERS[name][0]}: {version}" for name, version in bench.versions.items()]
    lines += [f"- {PEERS[name][0] if name in PEERS else name}: not run, {why}" for name, why in bench.missing.items()]
    return "\n".join(lines)


def number(value):
    if value is None:
        return "not run"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def line(row):
    """A row of the table."""
    ratio, bound, verdict = "", "", ""
    if row.ratio is not None:
        spread = f" ({min(row.ratios):.2f} – {max(row.ratios):.2f})" if len(row.ratios) > 1 else ""
        ratio = f"{row.ratio:.2f}{spread}"
    if row.target is not None:
        bound = ("≤ " if row.at_most else "≥ ") + f"{row.target:g}" + (f" {row.unit}" if row.peer == "" else "")
        verdict = {True: "met", False: "**short**", None: "not run"}[row.met]
    peer = f"{row.peer}: {number(row.theirs)}" if row.peer else ""
    return f"| {row.work} | {number(row.ours)} {row.unit} | {peer} | {ratio} | {bound} | {verdict} | {row.busy} |"


def table(bench):
    head = "| work | ours | peer | ratio | target | | what is at 100 % |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    return head + "\n".join(line(row) for row in bench.rows)


def write_table(bench, path):
    kind = " A smoke run: the numbers mean nothing." if bench.quick else ""
    path.write_text(f"# Results\n\nMade by `src/bench/run`.{kind}\n\n" + machine(bench) + "\n\n" + table(bench) + "\n")


STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .ours { fill: #1a7f64 }
  .peer { fill: #8c959f }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { fill: #3fb68b }
    .peer { fill: #6e7681 }
  }
"""


def bars(bench, title, prefix):
    """The title and the bars of the rows of one kind of work: the service first, then its peers from fast to slow."""
    rows = [row for row in bench.rows if row.work.startswith(prefix) and row.theirs and row.ours]
    if not rows:
        return None
    peers = sorted(((row.peer, row.theirs, "peer") for row in rows), key=lambda bar: -bar[1])
    return f"{title}, {rows[0].unit}", [("Waystate", rows[0].ours, "ours"), *peers]


def draw(bench, path):
    groups = [bars(bench, "Unary computeDisplacement", "unary computeDisplacement"),
              bars(bench, "Durable stream_state, long streams", "stream_state, 10,000" if not bench.quick else
                   "stream_state, 1,000"),
              bars(bench, "Durable stream_state, one report a stream", "stream_state, 1-report")]
    parts, top, left, width = [], 10, 220, 400
    for title, entries in filter(None, groups):
        parts.append(f'<text class="title" x="10" y="{top + 14}">{title}</text>')
        top += 24
        longest = max(value for _, value, _ in entries)
        for name, value, kind in entries:
            length = max(1, value / longest * width)
            parts.append(f'<text x="{left - 8}" y="{top + 14}" text-anchor="end">{name}</text>'
                         f'<rect class="{kind}" x="{left}" y="{top + 2}" width="{length:.1f}" height="16" rx="2"/>'
                         f'<text x="{left + length + 6:.1f}" y="{top + 14}">{value:,.0f}</text>')
            top += 21
        top += 14
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 {top}" width="720" height="{top}" role="img" '
                    f'aria-label="Rates of Waystate and its peers">\n<style>{STYLE}</style>\n' + "\n".join(parts)
                    + "\n</svg>\n")
