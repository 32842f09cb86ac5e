"""docs/performance.md, and the same on the terminal."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench import growing, hosting, machine, notices, routing
from bench.intake import Compared
from bench.loading import CLIENTS
from bench.profiling import Profile
from bench.rounds import Ratio

FILE = Path(__file__).parent.parent / "docs" / "performance.md"

_TEXT = """\
# Performance

Written by `make bench` on {day}. Figures are ratios of rates measured in the same run, round by round: the median, and in brackets
the least and the greatest of {rounds} rounds. What else the machine did met both sides alike.

- Machine: {machine}. {versions}.
- The server, its PostgreSQL and whatever it is compared with share one core; the load has the other.
- {clients} connections, kept open. Seloste runs as `seloste serve` does, with its worker apart and its log at `warning`.

## Hosted notices, against nginx

nginx (one worker) serves the very same bytes with the same headers from a file; that the two are the same is checked first.

| what | bytes | Seloste : nginx | at least |
|---|---|---|---|
{hosted}

wrk says the same bytes each time, which the fast lane knows without parsing them. In the row where no two requests are the same, each
is parsed; wrk makes those with a script, so that it is the slower side for both.

### As notices grow in number

{notices_there:,} published notices in the database against the example notices alone; memory of a server with
`PUBLIC_CACHE_MB={cache}` while each of them is asked for once.

| what | | at most |
|---|---|---|
| a hit costs | {hit} | {most_hit} |
| a miss costs, without its HTTP | {miss} | {most_miss} |
| memory in MiB: at first, after a tenth of the walk, after all of it | {walked} | {most_memory} more than at first |
| publish to visible on both of two nodes, as a multiple of one commit | {seen} | told |

### Where the time of a hit goes

Processor time of the server (busy for {lane_busy:.0%} of the time), sampled from inside.

| part | share |
|---|---|
{lane}

## Intake, against a bare route and pgbench

`POST /intake/requests` with an `Idempotency-Key`, each commit on disk before its answer (`synchronous_commit = on`).

- The bare route is a litestar route under the same uvicorn that only decodes the body and writes the same rows, statement by
  statement, in one transaction through asyncpg: no routing, no sealing, no checks, a fixed answer.
- pgbench writes the same rows with prepared statements: PostgreSQL alone, without HTTP and without Python.

That all three write the same number of rows of the same size into each table is checked first, and row-level security binds all.

| what | ratio | at least |
|---|---|---|
| Seloste : bare route | {bare} | {least} |
| Seloste : pgbench | {pgbench} | told |

One post writes {rows}. The load used at most {client:.0%} of its core.

### Where the time goes

Processor time of the server and of PostgreSQL together, under the same load, sampled from inside the server. Both kept their core
busy for {busy:.0%} of the time.

| part | share |
|---|---|
{profile}

## Routing, among 100,000 controllers and among 1,000

What it costs to find out who is meant by one thing that a person typed, as a multiple of the same in a small directory. Names that are
alike are searched only where nobody is meant for sure.

| what is given | ratio | at most |
|---|---|---|
{routed}

## A notice, against markdown-it-py

Import, check, render and compare a notice of {words:,} words in Finnish, as a multiple of what markdown-it-py (CommonMark and tables)
takes to render the same text, in processor time of one process. Every text is measured once, and no two are the same.

- Import reads the document and gives sections, facts and remarks. A server does that in a process of its own, which takes {apart:.1f} s
  to start and to end.
- Compare has an edited text beside it: some words of each section are others, a section is new, another has moved.

The last column is linear growth: what a word costs in a notice of {largest:,} words, against {words:,}.

{notices}
"""


def report(
    hosted: Sequence[hosting.Compared],
    grown: growing.Grown,
    lane: Profile,
    intake: Compared,
    profile: Profile,
    routed: Sequence[routing.Grown],
    worked: Sequence[notices.Compared],
    versions: str,
    *,
    least: float,
) -> str:
    """Writes the file; gives its text."""
    text = _TEXT.format(
        day=datetime.now(UTC).date(),
        rounds=len(intake.to_bare.values),
        machine=machine.described(),
        versions=versions,
        clients=CLIENTS,
        hosted="\n".join(
            f"| {one.reading.name} | {one.size:,} | {_shown(one.to_nginx)} | {'told' if one.reading.varied else hosting.LEAST} |"
            for one in hosted
        ),
        notices_there=growing.NOTICES,
        cache=growing.CACHE_MB,
        hit=_shown(grown.hit),
        most_hit=growing.HIT,
        miss=_shown(grown.miss),
        most_miss=growing.MISS,
        walked=", ".join(map(str, grown.walked)),
        most_memory=growing.CACHE_MB + growing.BESIDE,
        seen=_shown(grown.seen),
        lane_busy=lane.busy,
        lane=_table(lane),
        bare=_shown(intake.to_bare),
        pgbench=_shown(intake.to_pgbench),
        least=least,
        rows=", ".join(f"{rows:g} in `{table}`" for table, (rows, _) in intake.written.items()),
        client=intake.client_share,
        busy=profile.busy,
        profile=_table(profile),
        routed=routing.table(routed),
        words=notices.WORDS,
        largest=notices.WORDS * notices.TIMES,
        apart=notices.apart_seconds(),
        notices=notices.table(worked),
    )
    FILE.write_text(text, "utf-8")
    return text


def _table(profile: Profile) -> str:
    return "\n".join(f"| {share.part} | {share.share:.0%} |" for share in profile.shares if share.share >= 0.005)


def _shown(ratio: Ratio) -> str:
    return str(ratio).replace("-", "–")
