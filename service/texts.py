"""What people and programs may type: controls are refused with a word, never cleaned silently.

A NUL cannot be stored, an escape can lie in a terminal, and a bidirectional override makes a name read as another.
"""

import re
from typing import Any, ClassVar

import msgspec
from email_validator import EmailNotValidError, validate_email

# Unicode's controls (Cc) but line ends and tabs, surrogates (Cs), line and paragraph separators (Zl, Zp), and its embeddings,
# overrides and isolates (Bidi classes LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI).
_REFUSED = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069"
# Every text of every body is looked at; an expression does that forty times as fast as a look at each letter's category.
_IN_LINES = re.compile(f"[{_REFUSED}]")
_IN_A_LINE = re.compile(rf"[\t\n\r{_REFUSED}]")


def control_in(text: str, *, lines: bool) -> str | None:
    """The first character that may not stand there, as `U+0000`; `lines` allows line ends and tabs."""
    found = (_IN_LINES if lines else _IN_A_LINE).search(text)
    return f"U+{ord(found[0]):04X}" if found else None


class Input(msgspec.Struct, forbid_unknown_fields=True):
    """What a body may hold. Every text in it is checked as it is decoded; fields in `many_lines` may have line ends."""

    many_lines: ClassVar[frozenset[str]] = frozenset()

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            _check(getattr(self, name), name, lines=name in self.many_lines)


def _check(value: Any, name: str, *, lines: bool) -> None:
    if isinstance(value, str):
        if found := control_in(value, lines=lines):
            what = "control character" if lines else "control character or line end"
            raise ValueError(f"`{name}` holds {found}, a {what} that cannot be accepted; remove it")
    elif isinstance(value, list):
        for item in value:
            _check(item, name, lines=lines)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, name, lines=False)
            _check(item, name, lines=lines)


# What nearly every address looks like; whoever's does not is looked at letter by letter, which takes a twentieth of an intake.
# Names that stand for no place (localhost, invalid ...) end in more than three letters, and so are among those.
_PLAIN_MAILBOX = re.compile(r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,3}")
_PLAIN_LENGTH = 64


def why_not_mailbox(address: str) -> str | None:
    """What is wrong with a mail address, in words, or nothing. Its form alone is looked at: a resolver's failure must not
    refuse anybody a right."""
    if len(address) <= _PLAIN_LENGTH and _PLAIN_MAILBOX.fullmatch(address):
        return None
    try:
        # `test_environment` lets addresses at .test pass; without it they are refused as reserved.
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return f"{address!r} is not a mail address: {error}"
    return None
