"""What stands before a line in a list or an outline: `-`, `•`, `1.`, `2.3`, `a)`."""

import re

_BULLET = r"[-–—•*·▪◦‣●○■□➢➤►▸✓✔]|[\uf000-\uf0ff]|[oO](?=\t)"
# `6 .`, `1\\.` (escaped for Markdown) and `1.Heading` are seen in real notices. A date (1.2.2020, 1. tammikuuta), a time (8.00)
# and a mere number are no marks.
_NUMBER = (
    r"[1-9]\d?(?:\.[1-9]\d?){0,4}[ \\]{0,2}[.)](?![ \t]*\d{4}\b|[ \t]*\d{1,2}\. ?\d|[ \t]*\w{3,9}kuu(?:ta|ssa)?\b)(?=[ \t]|[A-ZÅÄÖ][\wåäö])"
    r"|\((?:[1-9]\d?|[a-wyzA-WYZåäö])\)(?=[ \t])"
    r"|[1-9]\d?(?:\.[1-9]\d?){1,4}(?=[ \t]+[A-ZÅÄÖ(\"”])"
    r"|[ivxIVX]{1,5}[.)](?=[ \t])"
    r"|[a-zA-Zåäö]\)(?=[ \t]|[A-ZÅÄÖ])"
    r"|[a-hA-H][.:](?=[ \t])"
)
_MARK = re.compile(rf"[ \t]*(?:({_BULLET})(?=[ \t])|({_NUMBER}))[ \t]*(?=\S)")
_BARE_NUMBER = re.compile(r"[ \t]*([1-9]\d?(?:\.[1-9]\d?){0,4})[ \t]+(?=[^\W\d_])")
_ONLY_MARK = re.compile(rf"[ \t]*(?:({_BULLET})|([1-9]\d?(?:\.[1-9]\d?){{0,4}} ?[.)]|[a-zA-Z]\)))[ \t]*$")


def mark_of(text: str, *, heading: bool = False) -> tuple[str, int]:
    """The mark, and where the words behind it begin; `("", 0)` for none. In a heading a number alone is one (`2 Purposes`)."""
    found = _MARK.match(text)
    if found:
        return re.sub(r"[ \\]", "", found[1] or found[2]), found.end()
    if heading and (found := _BARE_NUMBER.match(text)):
        return found[1], found.end()
    return "", 0


def lone_mark(text: str) -> str:
    """The mark when the line is nothing else; its words come in the next line."""
    found = _ONLY_MARK.match(text)
    return (found[1] or found[2]).replace(" ", "") if found else ""


def is_bullet(mark: str) -> bool:
    return (bool(mark) and not any(sign.isalnum() for sign in mark)) or mark in ("o", "O")
