"""What a person typed, as what can be looked up: each hint in every form in which it may be one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from service.intake.schemas import ControllerHints
from tenants.delegating import as_id
from tenants.directory import fold_place
from tenants.identifiers import NotAnIdentifier, is_like_business_id, parents, typed_business_ids, typed_host
from tenants.naming import Loose, fold_name, loosely, spelled

# A town of more words than that is none.
_PLACE_WORDS = 3


@dataclass(frozen=True)
class NoticeHint:
    """A notice by slug or id, in a tenant where that was said."""

    tenant: str | None
    notice: str


@dataclass(frozen=True)
class NumberHint:
    """A business id in the forms in which it may be registered; `finnish` where its check digit fits."""

    typed: str
    forms: tuple[str, ...]
    finnish: str | None


@dataclass(frozen=True)
class HostHint:
    """A host and what lies above it, nearest first; none of it a public suffix."""

    host: str
    chain: tuple[str, ...]


@dataclass(frozen=True)
class NameHint:
    """A name, and what it is if its last words are a town, or its first one is: (the name without it, the town)."""

    typed: str
    letters: str
    loose: Loose
    before_place: tuple[tuple[Loose, str], ...]
    after_place: tuple[tuple[Loose, str], ...]


@dataclass(frozen=True)
class Sought:
    """All hints of a request, the strongest kinds first."""

    notices: tuple[NoticeHint, ...] = ()
    controller_id: UUID | None = None
    numbers: tuple[NumberHint, ...] = ()
    hosts: tuple[HostHint, ...] = ()
    names: tuple[NameHint, ...] = ()
    register: str | None = None
    texts: tuple[str, ...] = ()
    """What may be a name, as it was typed: for finding names like it."""

    @property
    def identifiers(self) -> list[str]:
        return [*(form for number in self.numbers for form in number.forms), *(name for host in self.hosts for name in host.chain)]

    @property
    def name_keys(self) -> list[str]:
        return [loose.key for name in self.names for loose in (name.loose, *(rest for rest, _ in (*name.before_place, *name.after_place)))]


def sought(hints: ControllerHints) -> Sought:
    """Text that cannot be such an identifier is looked up as none."""
    named = [(text, _notice(text)) for text in (hints.notice, hints.notice_url) if text]
    # A notice's address that is not ours still tells whose site it stood on; so does an address in a field for names.
    addresses = [hints.domain, *(text for text, notice in named if notice is None and text == hints.notice_url)]
    names = [text for text in (hints.name, hints.brand) if text]
    return Sought(
        notices=tuple(notice for _, notice in named if notice),
        controller_id=hints.controller_id,
        numbers=tuple(_numbers(hints.business_id, names)),
        hosts=tuple(_hosts([*filter(None, addresses), *(text for text in names if _is_like_address(text))])),
        names=tuple(filter(None, map(_name, names))),
        register=fold_name(hints.register or "") or None,
        texts=tuple(names),
    )


def _notice(text: str) -> NoticeHint | None:
    """From `tenant/notice`, from a notice's address, or from a notice's id alone."""
    if as_id(text.strip()):
        return NoticeHint(None, text.strip())
    match = re.search(r"(?:^|/n/)([a-z0-9-]{3,63})/([a-z0-9-]{3,63})(?:$|[/.])", re.split(r"[?#]", text.strip())[0])
    return NoticeHint(match[1], match[2]) if match else None


def _numbers(business_id: str | None, names: list[str]) -> Iterator[NumberHint]:
    typed = [business_id] if business_id and business_id.strip() else []
    for text in (*typed, *filter(is_like_business_id, names)):
        finnish, foreign = typed_business_ids(text)
        yield NumberHint(text.strip(), tuple(filter(None, (finnish, foreign))), finnish)


def _is_like_address(text: str) -> bool:
    return " " not in text.strip() and ("." in text or "@" in text)


def _hosts(texts: list[str]) -> Iterator[HostHint]:
    for text in texts:
        try:
            host = typed_host(text)
        except NotAnIdentifier:
            continue
        yield HostHint(host, tuple(parents(host)))


def _name(text: str) -> NameHint | None:
    loose = loosely(text)
    if loose is None:
        return None
    words = spelled(text)
    behind = [_parted(words[:-count], words[-count:]) for count in range(1, min(_PLACE_WORDS, len(words) - 1) + 1)]
    in_front = [_parted(words[1:], words[:1])] if len(words) > 1 else []
    return NameHint(text, fold_name(text), loose, tuple(filter(None, behind)), tuple(filter(None, in_front)))


def _parted(name: list[str], place: list[str]) -> tuple[Loose, str] | None:
    rest, town = loosely(" ".join(name)), fold_place(" ".join(place))
    return (rest, town) if rest and town else None
