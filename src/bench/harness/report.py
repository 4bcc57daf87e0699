"""Writes the table and draws the bars."""

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

from . import servers
from .servers import PEERS
from .standing import CONTENDERS, DELAYS, median


def machine(bench):
    total = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024**2
    java = subprocess.run([servers.JAVA, "-version"], capture_output=True, text=True).stderr.splitlines()[1]
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    lines = [f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC, commit {bench.commit}",
             f"- {os.cpu_count()} cores ({model[1] if model else platform.machine()}), {total:.0f} GiB of memory, Linux "
             f"{platform.release()}; load, servers and log share them, over loopback",
             f"- {java.strip()}",
             f"- service: grpc-java {servers.lib_version('grpc-netty')}, Netty {servers.lib_version('netty-common')}, "
             f"sqlite-jdbc {servers.lib_version('sqlite-jdbc')}; everything on as by default",
             "- JDBC: plain SQLite, a table with one row a report; the service's own log keeps blocks of records",
             f"- load: {servers.run('h2load', '--version').strip()}, and grpc-java",
             f"- {bench.rounds} rounds of {bench.seconds:g} s, in turns; servers are warmed up for {bench.warm_seconds:g} s "
             "before, and Java clients in each run; medians of the rounds and of the rounds' ratios, in brackets the range of "
             "these",
             "- where peers were measured one after the other instead, the ratio is that of the medians"]
    lines += [f"- {PEERS[name][0]}: {version}" for name, version in bench.versions.items()]
    lines += [f"- {PEERS[name][0] if name in PEERS else name}: not run, {why}" for name, why in bench.missing.items()]
    lines += [f"- {failure}" for failure in bench.failures]
    return "\n".join(lines)


def number(value):
    if value is None:
        return "not measured"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def line(row):
    """A row of the table."""
    ratio, bound, verdict = "", "", ""
    if row.ratio is not None:
        spread = f" ({min(row.ratios):.2f} – {max(row.ratios):.2f})" if len(row.ratios) > 1 else ""
        spread += "" if row.in_turns else ", measured one after the other"
        ratio = f"{row.ratio:.2f}{spread}"
    if row.target is not None:
        bound = ("≤ " if row.at_most else "≥ ") + f"{row.target:,}" + (f" {row.unit}" if row.peer == "" else "")
        verdict = {True: "met", False: "**short**", None: "not measured"}[row.met]
    peer = f"{row.peer}: {number(row.theirs)}" if row.peer else ""
    return f"| {row.work} | {number(row.ours)} {row.unit} | {peer} | {ratio} | {bound} | {verdict} | {row.busy} |"


def table(bench):
    head = "| work | ours | peer | ratio | target | | what is at 100 % |\n| --- | --- | --- | --- | --- | --- | --- |\n"
    return head + "\n".join(line(row) for row in bench.rows)


STANDING = {  # what a column has of each row, in its order
    "bulk, reports/s": ("bulk",),
    "batches of 100, 8 in flight, reports/s": ("batches",),
    "single, 256 in flight, reports/s": ("single", "stream_state", "pipelined"),
    "acknowledgement at 50/s, p50 / p99 ms": ("acknowledge-p50", "acknowledge-p99"),
    "to a live follower at 1,000/s ², p50 / p99 ms": ("follow-p50", "follow-p99"),
    "replay of 2 million to one reader, reports/s": ("replay",),
    "bytes on disk a report + of a log that is reused": ("kept", "reused"),
    "start to ready, s": ("start",),
    "start again after kill -9, s (with million reports)": ("restart", "millions"),
    "resident 20 s after the loads, MiB": ("memory",),
}
FORMATS = {"stream_state": "; {:,.0f} by stream_state", "pipelined": "; {:,.0f} as pipelines of 32", "restart": "{:.1f}",
           "millions": " ({:.1f})", "reused": " + {:.0f}", "start": "{:.2f}"}


def cell(found, kinds):
    """The medians of one server for one row."""
    texts = [(FORMATS.get(kind) or ("{:.2f}" if "-p" in kind else "{:,.0f}")).format(median(found[kind]))
             for kind in kinds if found.get(kind)]
    return (" / " if "-p" in kinds[0] else "").join(texts) or "none"


def standing(bench):
    """The table of what people would pick instead, and how each was set up."""
    if not bench.standing:
        return ""
    titles = {name: PEERS[name][0] + ("" if CONTENDERS[name].syncs else " ¹") for name in bench.standing}
    lines = [" | ".join(["", "", *titles.values(), ""]).strip(), "| --- " * (len(titles) + 1) + "|"]
    lines += [" | ".join([f"| {work}", *(cell(found, kinds) for found in bench.standing.values())]) + " |"
              for work, kinds in STANDING.items()]
    syncs = " and ".join(f"{median([sample for found in bench.standing.values() for sample in found[f'sync-{rate}']]):.2f} ms "
                         f"at {rate:,} a second" for rate in DELAYS.values())
    notes = [f"- {titles[name]}: {CONTENDERS[name].settings}" for name in bench.standing]
    return "\n".join([*lines, "", f"Reports of 22 bytes; {bench.rounds} rounds of {bench.seconds * 0.3:g} s, before which each "
                      f"load, delay and replay warmed up for {bench.warm_seconds:g} s. Each server alone, after "
                      "its loads killed, started again and found to have all that it had acknowledged. A sync of a page that "
                      f"is written in place took {syncs}.",
                      "¹ acknowledges before it syncs: a power cut loses what replicas do not have.",
                      "² each report is sent without waiting for the answers before; PostgreSQL waits for each commit.",
                      "", *notes])


def write(bench, folder):
    write_table(bench, folder / "RESULTS.md")
    draw(bench, folder / "results.svg")


def write_table(bench, path):
    kind = " A smoke run: the numbers mean nothing." if bench.quick else ""
    parts = [f"# Results\n\nMade by `{bench.command}`.{kind}", machine(bench), table(bench)]
    if bench.standing:
        parts.append("## What people would pick instead\n\n" + standing(bench))
    path.write_text("\n\n".join(parts) + "\n")


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
    peers = {row.peer: row.theirs for row in rows}
    return f"{title}, {rows[0].unit}", ordered(rows[0].ours, peers)


def ordered(ours, peers):
    return [("Waystate", ours, "ours"), *((name, value, "peer") for name, value in sorted(peers.items(), key=lambda bar: -bar[1]))]


def standing_bars(bench, title, kind):
    """The bars of one row of the table of what people would pick instead."""
    values = {name: median(found[kind]) for name, found in bench.standing.items() if found.get(kind)}
    ours = values.pop("waystate", None)
    peers = {PEERS[name][0] + ("" if CONTENDERS[name].syncs else " ¹"): value for name, value in values.items()}
    return (title, ordered(ours, peers)) if ours and peers else None


def draw(bench, path):
    groups = [bars(bench, "Unary computeDisplacement", "unary computeDisplacement"),
              bars(bench, "Durable stream_state, long streams", "stream_state, 10,000" if not bench.quick else
                   "stream_state, 1,000"),
              bars(bench, "Durable stream_state, one report a stream", "stream_state, 1-report"),
              standing_bars(bench, "Batches of 100, 8 in flight, reports/s (¹ acknowledges before it syncs)", "batches"),
              standing_bars(bench, "Single reports, 256 in flight, reports/s", "single"),
              standing_bars(bench, "Replay to one reader, reports/s", "replay")]
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
