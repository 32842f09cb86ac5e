"""Plain words as Markdown that says the same: only what Markdown would take for a mark gets a backslash.

As few as can be, because people go on working in this text: `[name]`, `a_b@example.org` and `5 * 3` stay as they are.
"""

import re

from service.notices.importing.document import Block

_INLINE = re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)|`|\*+|_+|\](?=\()|<(?=[A-Za-z/!?])|&(?=#?[A-Za-z0-9]{1,31};)|~~", re.MULTILINE)
# One of these is in whatever `_INLINE` finds; most texts hold none.
_SIGN = re.compile(r"[\\`*_\]<&~]")
# What begins a heading, quote, list, rule, table's line, link definition, or underlines the line above as a heading.
_AT_START = re.compile(
    r"^[ \t]*(?:#{1,6}(?=[ \t]|$)|>|[-+*](?=[ \t]|$)|[-=|:_][-=|:_ \t]*$|\[(?=[^\]\n]{1,999}\]:)|(\d{1,9})(?=[.)](?:[ \t]|$)))",
    re.MULTILINE,
)


def escaped(text: str, *, starts_line: bool = True) -> str:
    """`text` as Markdown. `starts_line` is false for words that stand behind others in their line."""
    inline = _INLINE.sub(_inline, text) if _SIGN.search(text) else text
    return _AT_START.sub(_at_start, inline) if starts_line else inline


def as_markdown(block: Block) -> str:
    """A block's words as Markdown, without its marker. A row's are its cells."""
    return block.markdown or escaped(block.text)


def _inline(found: re.Match[str]) -> str:
    run = found[0]
    if run[0] in "*_":
        before = found.string[found.start() - 1 : found.start()]
        after = found.string[found.end() : found.end() + 1]
        if run[0] == "*":
            apart = before.isspace() and after.isspace()
        else:
            # In the middle of a word `_` is no mark (CommonMark 6.2), and a row of them to write on neither.
            apart = (before.isalnum() and after.isalnum()) or (bool(before + after) and not before.strip() and not after.strip())
        if apart:
            return run
        return "".join("\\" + sign for sign in run)
    return "\\" + run


def _at_start(found: re.Match[str]) -> str:
    if found[1]:
        return found[0] + "\\"
    indent = len(found[0]) - len(found[0].lstrip())
    return found[0][:indent] + "\\" + found[0][indent:]
