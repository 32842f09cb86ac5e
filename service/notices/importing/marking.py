"""The number or letter before a heading, where it stands without a point."""

import re

from service.notices.wording import recognising

# So many words has a heading that is a plain line, at most.
MOST_IN_PLAIN = 8
_LETTER = re.compile(r"(?P<mark>[A-D])\s+(?=[A-ZÅÄÖ])")
_ROMAN = re.compile(r"(?P<mark>X{0,2}(?:IX|IV|V?I{1,3}|V)|X{1,2})\s+(?=[A-ZÅÄÖ])")


def numbered(text: str, language: str) -> tuple[str, str]:
    """The mark of what is known to be a heading ("" for none), and its words."""
    mark, words = recognising.without_mark(text)
    return (mark, words) if mark else _roman(text, language)


def marked(text: str, language: str) -> tuple[str, str]:
    """The same of a line, where its words after the mark make a heading."""
    mark, words = _roman(text, language)
    if mark:
        return mark, words
    mark, words = recognising.without_mark(text)
    if not mark and (letter := _LETTER.match(text)):
        mark, words = letter["mark"], text[letter.end() :]
    match = recognising.heading(words, language) if mark else None
    # "5 Övrigt": a number in sequence makes it a heading, as `headlining` finds.
    in_sequence = mark[:1].isdigit() and words[0].isupper() and len(words.split()) <= MOST_IN_PLAIN and not any(map(str.isdigit, words))
    known = match is not None and match.confidence >= recognising.BY_OVERLAP
    return (mark, words) if known or in_sequence else ("", text)


def _roman(text: str, language: str) -> tuple[str, str]:
    """ "IV Personal data". A numeral of one letter counts before what we know alone ("I Agree")."""
    found = _ROMAN.match(text)
    words = text[found.end() :] if found else text
    counts = found and (len(found["mark"]) > 1 or recognising.heading(words, language))
    return (found["mark"], words) if found and counts else ("", text)
