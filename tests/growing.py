"""Whether a cost grows as what it is for does, by ratio and never by the clock."""

import gc
import time
from collections.abc import Callable

# A busy machine can spoil one look, and not five; a cost that grows with the square spoils them all.
_LOOKS = 5


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Four times the size may cost nine times as much, since a noisy machine doubles a cost; the square would be sixteen times."""
    seen = []
    for _ in range(_LOOKS):
        small, large = _cost(work, size), _cost(work, 4 * size)
        if large <= 9 * small + 0.05:
            return
        seen.append((small, large))
    raise AssertionError(f"processor seconds at one and at four times the size: {seen}")


def _cost(work: Callable[[int], object], size: int) -> float:
    # What other tests left in memory is not this work's to look through.
    gc.disable()
    try:
        begun = time.process_time()
        work(size)
        return time.process_time() - begun
    finally:
        gc.enable()
