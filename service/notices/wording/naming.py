"""Who is named in a text: the organisation, the person and the post, by legal forms, words of posts and capital letters.

A text is read in chunks, the pieces between commas, line ends and brackets; each says one thing. Rules serve Finnish,
Swedish and English at once, since one notice often holds names in the others' manner.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from service.notices.wording.spotting import any_of

_WORDS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("naming.toml").read_text("utf-8"))
_ORG, _PERSON = _WORDS["organisations"], _WORDS["persons"]
FIELD_LABEL = re.compile(rf"(?<![\w-])(?:{any_of(_WORDS['labels']['fields'])})(?![\w-])", re.IGNORECASE)
_ONLY_LABELS = re.compile(rf"(?>(?:{any_of(_WORDS['labels']['fields'])})[\s:./]*+)++", re.IGNORECASE)

# It begins with the sign, and looks back at it: so the search goes from sign to sign.
_CHUNK_END = re.compile(
    r"[\s;|()\[\]<>{}\"”“»«,:](?:(?<=[\n\t;|()\[\]<>{}\"”“»«])|(?<=,)(?!\d)|(?<=:)(?!\w)|(?<=[ \u00a0])[-–—/][ \u00a0]"
    r"|(?<=[^\W\d_]{3}[.!?]\s)(?=[^\W\da-zåäö_])|(?<=\d[.!?]\s)(?=[^\W\da-zåäö_]))"
)
_FORM = re.compile(rf"(?<![\w.&/-])(?:{any_of(_ORG['forms'])})(?::\w+)?(?![\w/&-])")


class Person(NamedTuple):
    name: str
    post: str | None


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """The pieces of a text that each say one thing, with the place where they begin."""
    start = 0
    for end in _CHUNK_END.finditer(text):
        yield from _chunk(text, start, end.start())
        start = end.end()
    yield from _chunk(text, start, len(text))


def _chunk(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    piece = text[start:end]
    bare = piece.strip().strip(" \u00a0*_•·-–.,:\\")
    if bare and bare.rpartition(" ")[2] + "." in _ORG["forms"] and piece.rstrip().endswith("."):
        bare += "."
    if bare and not _ONLY_LABELS.fullmatch(bare):
        label = FIELD_LABEL.match(bare)
        if label and bare[label.end() :].lstrip()[:1] == ":":
            bare = bare[label.end() :].lstrip(" :")
        yield start + piece.find(bare), " ".join(bare.split())


# --- organisations ------------------------------------------------------------------------------------------------

_BEFORE, _LEADING, _SAID, _JOINTS = (frozenset(_ORG[key]) for key in ("before", "leading", "before_name", "joints"))
_ENDS, _BEGINS, _ORG_PARTS = (tuple(_ORG[key]) for key in ("ends", "begins", "parts"))
_ROLE_LABEL = re.compile(
    r"^(?:(?:the\s|den\s)?(?:rekisterinpitäjä\w*|personuppgiftsansvarig\w*|registeransvarig\w*|registerhållare\w*|(?:data\s)?controller|registrar|register\sholder"
    r"|yhteyshenkilö\w*|kontaktperson\w*|contact(?:\sperson)?|tietosuojavastaava\w*|dataskyddsombud\w*|data\sprotection\sofficer|dpo))\s+",
    re.IGNORECASE,
)


def organisation(chunk: str) -> str | None:
    """The legal entity that a chunk names by its legal form: "Malli Oy", "Bostads Ab Mallila"."""
    form = _FORM.search(chunk)
    if not form or len(chunk) > 400:
        return None
    second = _FORM.match(chunk, form.end() + 1)
    legal = _base(form[0]) if not second or chunk[form.end()] != " " else f"{form[0]} {_base(second[0])}"
    words, tail = _name_start(chunk[: form.start()].split()), chunk[form.end() :].split()
    leads = form[0] in _LEADING if not words else len(words) == 1 and words[0] in _BEFORE
    if leads and tail and tail[0][0].isupper():
        return " ".join([*words, form[0], *_capitalised(tail, numbered=bool(words))])
    return " ".join([*words, legal]) if words else None


_FORM_WORDS = frozenset(form.rpartition(" ")[2].rstrip(".") for form in _ORG["forms"])


def names_organisation(text: str) -> bool:
    """Whether a chunk of it is one; words alone are looked at first, since most texts name none."""
    if _FORM_WORDS.isdisjoint(word.partition(":")[0].strip('.,;()"”') for word in text.split()):
        return False
    return any(organisation(chunk) for _, chunk in chunks(text))


def _base(form: str) -> str:
    """A form without its case ending: "Oy:n" is Oy."""
    return form if form.startswith("T:mi") else form.partition(":")[0]


def unsaid(words: list[str]) -> list[str]:
    """The words after the last that is of a sentence around a name."""
    last = max((position for position, word in enumerate(words) if word.lower().strip(".,") in _SAID), default=-1)
    return words[last + 1 :]


def names_house(text: str, place: int) -> bool:
    """Whether what stands at a place ends the name of a housing company: "Asunto Oy Mallilan Mallikatu 6"."""
    words = re.split(r"[\n,;\t|()]", text[max(0, place - 60) : place])[-1].split()
    return any(first in _BEFORE and second in _LEADING for first, second in pairwise(words))


def is_said(words: list[str]) -> bool:
    """Whether a verb or article shows that the words are of a sentence, more than a name."""
    return any(word.lower() in _SAID for word in words)


_HOUSE = re.compile(r"\d{1,3}[a-zA-Z]?(?:[-–]\d{1,3})?")


def _capitalised(words: list[str], numbered: bool) -> list[str]:
    """The run of words that go on a name: capitalised, or a form, or joined by "ja", "och", "&" to one; a house is also named by
    its number ("Asunto Oy Mallikatu 6")."""
    taken: list[str] = []
    for position, word in enumerate(words[:8]):
        joins = word in ("ja", "och", "and", "&", "i") and position + 1 < len(words) and words[position + 1][0].isupper()
        house = numbered and bool(taken) and _HOUSE.fullmatch(word)
        if not (word[0].isupper() or word in _ORG["forms"] or joins or house) or FIELD_LABEL.match(word):
            break
        taken.append(word)
    return taken


def _name_start(words: list[str]) -> list[str]:
    """Of the words before a form, those of the name: what follows the sentence's verb, from a capital on."""
    bare = _ROLE_LABEL.sub("", " ".join(words) + " ").split()
    for position in range(len(bare) - 1, -1, -1):
        word = bare[position].lower().strip(".,")
        if word in _SAID or (word in _JOINTS and not (position and bare[position - 1][0].isupper())):
            bare = bare[position + 1 :]
            break
    if len(bare) > 6:
        last = len(bare)
        while last and (bare[last - 1][0].isupper() or not bare[last - 1][0].isalpha()):
            last -= 1
        bare = bare[last:]
    while bare and bare[0][0].islower() and len(bare) > 1 and not any(sign.isupper() for sign in bare[0]):
        bare = bare[1:]
    return bare


def body_name(chunk: str) -> str | None:
    """An organisation without a legal form, by its last or first word: a town, a parish, a foundation."""
    chunk = chunk.removeprefix("The ").removeprefix("the ")
    if chunk.lower().startswith(_BEGINS) and 1 < len(chunk.split()) <= 6:
        return chunk
    words = _name_start(chunk.split())
    if not words or len(words) > 8 or not (words[0][0].isupper() or words[0][0].isdigit()):
        return None
    name = " ".join(words)
    long_enough = len(words) > 1 or any(name.endswith(end) and len(name) > len(end) + 3 for end in _ENDS)
    last = words[-1].lower()
    return name if long_enough and last.endswith(_ENDS) and not last.endswith(_ORG_PARTS) else None


# --- persons ------------------------------------------------------------------------------------------------------

_POSTS, _NEVER, _PARTICLES = tuple(_PERSON["posts"]), frozenset(_PERSON["never"]), frozenset(_PERSON["particles"])
_NAME_WORD = re.compile(r"[^\W\da-zß-öø-ÿ_][^\W\d_]*[a-zà-ÿõāēīšžćčłńśźżășț][^\W\d_]*(?:['’-][^\W\d_]+)*|[^\W\d_a-zß-öø-ÿ]['’][^\W\d_]+")
_INITIAL = re.compile(r"[^\W\da-zß-öø-ÿ_]\.?")
# "Kampaaja Maija Mallinen": who does something, in Finnish; a first name in these letters is shorter ("Raija").
_TRADES, _SHORTEST_TRADE = ("aaja", "ääjä", "taja", "täjä", "ooja", "ööjä"), 7
_SHORT_POSTS = frozenset(
    {"vd", "ceo", "cto", "cfo", "coo", "ciso", "cio", "chef", "head", "lead", "chair", "värd", "jäsen", "medlem", "owner"}
)


def is_post(word: str) -> bool:
    low = word.lower().strip(".,:()/")
    return any(_is_post(low.removesuffix(ending)) for ending in ("", "n", "en", "a", "mme"))


def _is_post(low: str) -> bool:
    return low in _SHORT_POSTS or (
        low.endswith(_POSTS) and not any(low.endswith(short) and low != short for short in ("vd", "ceo", "cto", "cfo", "coo", "cio"))
    )


def person(chunk: str) -> Person | None:
    """A person's name with the post that stands before it, or after it, in the same chunk."""
    words = chunk.split()[:40]
    if any(word in _ORG["forms"] for word in words):
        return None
    for start, end in _runs(words):
        names = words[start:end]
        first = _after_posts(names) or int(
            start > 1 and end - start > 2 and words[start - 1] in ("of", "för") and is_post(words[start - 2])
        )
        rest = names[first:]
        last = next((position for position, word in enumerate(rest) if position >= 2 and is_post(word)), len(rest))
        named = rest[:last]
        if sum(map(_is_name_word, named)) < 2 or len(named) > 5 or any(word.lower().strip(".,:") in _NEVER for word in named):
            continue
        before = _post(words[:start] + names[:first])
        after = " ".join(rest[last:]) or None
        return Person(" ".join(named).strip(".,:"), before or after)
    return None


def _runs(words: list[str]) -> Iterator[tuple[int, int]]:
    """Runs of capitalised words, particles between them included."""
    position = 0
    while position < len(words):
        end = position
        while end < len(words) and (_is_name_word(words[end]) or (end > position and _goes_on(words, end))):
            end += 1
        if end - position >= 2:
            yield position, end
        position = max(end, position + 1)


def _is_name_word(word: str) -> bool:
    return len(word) <= 40 and bool(_NAME_WORD.fullmatch(word.rstrip(".,:")))


def _goes_on(words: list[str], end: int) -> bool:
    return (words[end] in _PARTICLES or bool(_INITIAL.fullmatch(words[end]))) and end + 1 < len(words) and _is_name_word(words[end + 1])


def _after_posts(names: list[str]) -> int:
    """Where a run's name begins: after its last post that leaves two words."""
    if len(names) > 2 and _is_trade(names[0]):
        return 1
    return next((position + 1 for position in range(len(names) - 3, -1, -1) if is_post(names[position])), 0)


def _is_trade(word: str) -> bool:
    return len(word) >= _SHORTEST_TRADE and word.endswith(_TRADES)


_BEFORE_POST = _SAID.union(_PERSON["turning_to"])
_IS = frozenset({"on", "är", "is", "toimii", "heter"})


def _post(words: list[str]) -> str | None:
    """The post at the end of the words before a name: from after the verb or the role's label on."""
    if words and words[-1].lower() in _IS:
        words = words[:-1]
    for position in range(len(words) - 1, -1, -1):
        if words[position].lower().strip(".,:") in _BEFORE_POST or words[position].endswith(":"):
            words = words[position + 1 :]
            break
    said = _ROLE_LABEL.sub("", " ".join(words) + " ").strip(" ,:")
    return said if said and len(said.split()) <= 6 and any(is_post(word) or _is_trade(word) for word in said.split()) else None


def post(chunk: str) -> str | None:
    """A chunk that tells a post and no more: "toimitusjohtaja", "our Head of Sales"."""
    return _post(chunk.split()) if not any(map(str.isdigit, chunk)) else None
