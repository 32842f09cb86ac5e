"""Short rounds, one contender after the other, again and again: what else the machine does meets all of them alike."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Rates = dict[str, list[float]]


@dataclass(frozen=True)
class Ratio:
    """Of one contender's rate to another's, taken round by round."""

    values: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{self.median:.2f} ({min(self.values):.2f}-{max(self.values):.2f})"


def alternate(contenders: Mapping[str, Callable[[], float]], rounds: int) -> Rates:
    """Each contender's answers a second, `rounds` times in turn."""
    rates: Rates = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            rates[name].append(measure())
    return rates


def ratio(rates: Rates, of: str, to: str) -> Ratio:
    return Ratio([mine / other for mine, other in zip(rates[of], rates[to], strict=True)])
