"""`make bench`: everything is measured in one run, against limits measured in the same run; writes docs/performance.md."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from bench import growing, hosting, intake, machine, notices, profiling, programs, reporting, routing, seloste

ROUNDS = 7
SECONDS = 3
PROFILED_SECONDS = 8
# Under this share of a bare route's rate, what Seloste adds to the rows has become too dear.
LEAST = 0.7


def main() -> str | None:
    """What is wrong, or nothing."""
    tools, cores = programs.find(), machine.cores()
    # The load is ours; whatever is started gets a core of its own choosing from `running`.
    os.sched_setaffinity(0, {cores.load})
    with tempfile.TemporaryDirectory(prefix="seloste-bench-") as name:
        folder = Path(name)
        with seloste.serving(folder, cores.server) as served:
            print("Measuring the intake ...", flush=True)
            taken_in = intake.compare(served, tools.pgbench, cores.server, folder, rounds=ROUNDS, seconds=SECONDS)
            print("Measuring hosted notices ...", flush=True)
            hosted = list(hosting.compare(served, tools.nginx, tools.wrk, cores.server, folder, rounds=ROUNDS, seconds=2))
            print(f"Measuring with {growing.NOTICES:,} notices ...", flush=True)
            grown = growing.compare(served, tools.wrk, cores.server, folder, rounds=ROUNDS, seconds=2)
        print("Taking profiles ...", flush=True)
        profile = profiling.take(cores.server, folder, PROFILED_SECONDS)
        lane = profiling.take_lane(tools.wrk, cores.server, folder, PROFILED_SECONDS)
    print("Measuring routing ...", flush=True)
    routed = routing.compare(rounds=ROUNDS)
    print("Measuring what is done with a notice ...", flush=True)
    worked = notices.compare(rounds=ROUNDS)
    print(reporting.report(hosted, grown, lane, taken_in, profile, routed, worked, tools.versions, least=LEAST))
    wrong = notices.missed(worked) + hosting.missed(hosted) + growing.missed(grown) + routing.missed(routed)
    if taken_in.to_bare.median < LEAST:
        wrong.append(f"The intake reaches {taken_in.to_bare.median:.2f} of the bare route's rate; at least {LEAST} is asked for.")
    return "\n".join(wrong) or None


def _end(number: int, frame: object) -> None:
    """As Ctrl-C does: everything that was started is ended in order."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    try:
        sys.exit(main())
    except machine.CannotMeasure as error:
        sys.exit(f"bench: {error}")
