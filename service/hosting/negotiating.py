"""Which of a copy's forms a reader gets: by language, by encoding, by what the reader has already."""

import functools

from service import languages

# So much of a header is looked at, and so many different ones are remembered: what was sent cannot grow in memory.
LOOKED_AT = 1000
_REMEMBERED = 1000


@functools.lru_cache(_REMEMBERED)
def encoding(accepted: bytes) -> str:
    """`br`, `gzip`, or `` for plain (RFC 9110 section 12.5.3): the smallest that the reader takes."""
    if not accepted:
        return ""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameters = part.strip().partition(";")
        quality = 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                quality = 0.0
        weights[name.strip()] = quality
    best = max(("br", "gzip"), key=lambda offered: weights.get(offered, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else ""


@functools.lru_cache(_REMEMBERED)
def language(accepted: bytes, available: tuple[str, ...], default: str) -> str:
    return languages.negotiate(accepted.decode("latin-1"), available, default)


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Weak comparison (RFC 9110 section 8.8.3.2): the reader has what this strong tag names."""
    if if_none_match == tag:
        return True
    given = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
    return b"*" in given or tag in given
