"""Names like what somebody typed: for showing, never for routing. A slip, an inflected form, a part of a name, words around it.

The database picks what shares letters by threes, of that the best are picked here. Few are shown, so that nobody is listed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from rapidfuzz import fuzz

from tenants.database import Connection
from tenants.naming import loosely, spelled

FEWEST_LETTERS = 3
# A shorter part is looked for at the beginning of names alone.
PART = 5
LONGEST = 80
_WORDS, _SPAN, _KEYS = 24, 4, 200
_LEAST = 62.0
# So many places are kept for names that are only claimed: none can crowd out what is verified, nor be crowded out by it.
_CLAIMED = 2
# Finnish cases (-n, -lle, -lta, -ssa ...) and possessives, and the genitives of Swedish and English.
_ENDINGS = re.compile(r"(?:[aeiouy]{0,2}n|l[lt][ae]|[ls]s[ae]|s?t[ae]|ks[ei]|n[ae]|lle|nsa|mme|nne|ni|si|t|s)$")
_GROUP = re.compile(r"(?:konserni|koncern|group|yhtiot|yhtyma|bolagen|grupp)[a-z]{0,4}$")


@dataclass(frozen=True)
class _Alike:
    controller_id: UUID
    loose: str
    verified: bool


_ALIKE = """
WITH alike AS MATERIALIZED (
    SELECT controller_id, loose, verified_at IS NOT NULL AS verified, loose = ANY ($3) AS same, similarity(loose, $1) AS likeness
    FROM directory WHERE ended_at IS NULL AND (loose % $1 OR loose LIKE $2 OR loose = ANY ($3))
)
(SELECT controller_id, loose, verified FROM alike WHERE verified ORDER BY same DESC, likeness DESC, loose LIMIT 50)
UNION ALL
(SELECT controller_id, loose, verified FROM alike WHERE NOT verified ORDER BY same DESC, likeness DESC, loose LIMIT 25)
"""


async def resembling(db: Connection, texts: Iterable[str], *, limit: int) -> list[UUID]:
    """Controllers with a name like one of these, the likest first; those whose name is only claimed come last."""
    best: dict[UUID, tuple[bool, float, str]] = {}
    for text in texts:
        typed = loosely(text)
        if typed is None or len(typed.key.replace("&", "")) < FEWEST_LETTERS:
            continue
        whole, keys = typed.key[:LONGEST], parts(text)
        part = f"%{whole}%" if len(whole) >= PART else f"{whole}%"
        for row in await db.fetch(_ALIKE, whole, part, sorted(keys)):
            found = _Alike(**row)
            ranked = (not found.verified, -likeness(whole, keys, found.loose), found.loose)
            if ranked[1] <= -_LEAST:
                best[found.controller_id] = min(ranked, best.get(found.controller_id, ranked))
    ranked_ids = sorted(best, key=lambda controller_id: (best[controller_id], controller_id))
    return _shared([i for i in ranked_ids if not best[i][0]], [i for i in ranked_ids if best[i][0]], limit)


def _shared(verified: Sequence[UUID], claimed: Sequence[UUID], limit: int) -> list[UUID]:
    first = list(verified[: limit - min(_CLAIMED, len(claimed))])
    return [*first, *claimed[: limit - len(first)]]


def parts(text: str) -> set[str]:
    """The names that may stand in a text: each few words that follow one another, and each without its ending."""
    words = spelled(text)[:_WORDS]
    keys: list[str] = []
    for length in range(min(_SPAN, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            if found := loosely(" ".join(words[start : start + length])):
                keys += [found.key, *stems(found.key)]
    return {key for key in keys[:_KEYS] if len(key) >= FEWEST_LETTERS}


def stems(word: str) -> list[str]:
    """Without the ending of a case, and without the word for a group."""
    alone = _GROUP.sub("", word)
    found = [_ENDINGS.sub("", alone), alone.removesuffix("n"), alone]
    return [stem for stem in dict.fromkeys(found) if stem != word and len(stem) > FEWEST_LETTERS]


def likeness(whole: str, keys: Iterable[str], name: str) -> float:
    """From 0 to 100."""
    if name in keys:
        return 99.0 if name != whole else 100.0
    like = max(fuzz.ratio(form, name) for form in (whole, *stems(whole)))
    if name.startswith(whole) or (len(whole) >= PART and whole in name):
        like = max(like, 80 + 15 * len(whole) / len(name))
    return like
