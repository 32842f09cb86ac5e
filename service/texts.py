"""What people and programs may type: controls are refused with a word, never cleaned silently.

A NUL cannot be stored, an escape can lie in a terminal, and a bidirectional override makes a name read as another.
"""

import unicodedata
from typing import Any, ClassVar

import msgspec
from email_validator import EmailNotValidError, validate_email

# Embeddings, overrides and isolates (Unicode Bidi classes LRE, RLE, PDF, LRO, RLO, LRI, RLI, FSI, PDI).
_BIDI_FORMATTING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = frozenset("\n\r\t")


def control_in(text: str, *, lines: bool) -> str | None:
    """The first character that may not stand there, as `U+0000`; `lines` allows line ends and tabs."""
    for character in text:
        if lines and character in _LINE_ENDS:
            continue
        category = unicodedata.category(character)
        if category in ("Cc", "Cs", "Zl", "Zp") or character in _BIDI_FORMATTING:
            return f"U+{ord(character):04X}"
    return None


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


def why_not_mailbox(address: str) -> str | None:
    """What is wrong with a mail address, in words, or nothing. Its form alone is looked at: a resolver's failure must not
    refuse anybody a right."""
    try:
        # `test_environment` lets addresses at .test pass; without it they are refused as reserved.
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return f"{address!r} is not a mail address: {error}"
    return None
