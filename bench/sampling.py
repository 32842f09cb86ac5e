"""`seloste`, looked at from inside: 250 times per second of processor time, which code is it running?

    python -m bench.sampling FILE serve

Samples are taken between the first SIGUSR1 and the second, then written to FILE. A timer in the process itself asks nothing of the
code that runs, unlike cProfile, which makes small Python functions look dearer than they are.
"""

import collections
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from service import cli

SECONDS_OF_CPU = 0.004


class Sampler:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._stacks: collections.Counter[tuple[str, ...]] = collections.Counter()

    def toggle(self, number: int, frame: FrameType | None) -> None:
        if self._stacks:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._file.write_text(json.dumps([[stack, count] for stack, count in self._stacks.items()]))
        else:
            signal.setitimer(signal.ITIMER_PROF, SECONDS_OF_CPU, SECONDS_OF_CPU)

    def tick(self, number: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")
            frame = frame.f_back
        self._stacks[tuple(stack)] += 1


def main(file: str, *arguments: str) -> None:
    sampler = Sampler(Path(file))
    signal.signal(signal.SIGUSR1, sampler.toggle)
    signal.signal(signal.SIGPROF, sampler.tick)
    cli.main(arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
