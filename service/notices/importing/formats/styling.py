"""What an element of HTML means for the words in it, by its name and by its style."""

import re
from typing import NamedTuple

from service.notices.importing.formats.inline import ACTIVE, target_of
from service.notices.importing.formats.tags import Tag

_MARKS = (
    dict.fromkeys(["b", "strong", "summary", "button"], "b")
    | dict.fromkeys(["cite", "dfn", "em", "i"], "i")
    | dict.fromkeys(["del", "s", "strike"], "s")
    | dict.fromkeys(["code", "kbd", "samp", "tt"], "c")
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDING = re.compile(r"display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all", re.IGNORECASE)
_WEIGHT = re.compile(r"font-weight\s{0,9}:\s{0,9}(bold|[6-9]00|normal|[1-5]00)", re.IGNORECASE)
_MSO_LEVEL = re.compile(r"mso-list\s{0,9}:\s{0,9}\w{1,20}\s{1,9}level(\d)", re.IGNORECASE)
_MSO_MARK = re.compile(r"mso-list\s{0,9}:\s{0,9}ignore", re.IGNORECASE)
_HANDLER = re.compile(r"(?<![^\s\"'/])on[a-z]{3,30}(?=\s{0,5}=)", re.IGNORECASE)


class State(NamedTuple):
    """How words look at this place; an element's end brings back what was before it."""

    marks: str = ""
    target: str = ""
    heading: int = 0
    level: int = 0
    pre: bool = False
    quote: bool = False
    hidden: bool = False
    navigation: bool = False
    marking: bool = False


def styled(state: State, name: str, attributes: dict[str, str]) -> tuple[State, str]:
    """The state within the element, and the scheme of a link that acts and so leads nowhere."""
    refused = ""
    if (mark := _MARKS.get(name)) and mark not in state.marks:
        state = state._replace(marks=state.marks + mark)
    if name == "a" and "href" in attributes:
        found = target_of(attributes["href"])
        refused = found.refused if found.refused in ACTIVE else ""
        state = state._replace(target=found.address)
    elif name in _HEADINGS:
        state = state._replace(heading=_HEADINGS[name])
    elif name == "pre":
        state = state._replace(pre=True)
    elif name == "blockquote":
        state = state._replace(quote=True)
    elif name == "nav":
        state = state._replace(navigation=True)
    return (_by_attributes(state, attributes) if attributes else state), refused


def _by_attributes(state: State, attributes: dict[str, str]) -> State:
    role, style = attributes.get("role", ""), attributes.get("style", "")
    if role == "heading":
        state = state._replace(heading=min(number_in(attributes.get("aria-level", "")) or 2, 6))
    elif role == "navigation":
        state = state._replace(navigation=True)
    elif "MsoTitle" in attributes.get("class", ""):
        state = state._replace(heading=1)
    if "hidden" in attributes or _HIDING.search(style):
        state = state._replace(hidden=True)
    if weight := _WEIGHT.search(style):
        bold = weight[1].lower() in ("bold", "600", "700", "800", "900")
        state = state._replace(marks=state.marks.replace("b", "") + "b" * bold)
    if level := _MSO_LEVEL.search(style):
        state = state._replace(level=int(level[1]) - 1)
    if _MSO_MARK.search(style):
        state = state._replace(marking=True)
    return state


def handlers_in(tag: Tag) -> list[str]:
    """The names of what would run: `onclick`, `onerror`."""
    return [found.lower() for found in _HANDLER.findall(tag.attributes)] if "on" in tag.attributes.lower() else []


def number_in(value: str) -> int:
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value.strip()) else 0
