"""From a document to a structured notice: content in the draft's shape, facts, and a report of what was found where."""

import re
from collections.abc import Iterator, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from service.notices import markdown
from service.notices.checking.findings import ImportFinding, text_hash
from service.notices.content import Content, Section
from service.notices.importing.document import Document, Remark, Span
from service.notices.importing.formats.escaping import escaped
from service.notices.importing.gathering import FoundFacts, gather
from service.notices.importing.outlining import OTHER, Outlined, outline
from service.notices.importing.own import JSON, Own, read_own
from service.notices.importing.reading import MEDIA_TYPES, read
from service.notices.wording import recognising, spotting

FORMATS = (*MEDIA_TYPES, JSON)
_EXCERPT = 200
_MOST_SECTIONS, _LONGEST_BODY, _LONGEST_NAME = 180, 200_000, 300
GAP = "TN075"
# Letters read in a wrong encoding stay wrong until somebody mends them.
_DEFECTS_OF_OURS = frozenset({"SE001"})
_TOP_NUMBER = re.compile(r"(\d{1,2})[.):]*$")


class FoundSection(msgspec.Struct):
    id: str
    covers: list[str]
    heading: str
    confidence: Annotated[float, Meta(description="1: a known heading; 0.7: by its words; 0.5: by its text; 0: nothing known.")]
    span: Annotated[Span, Meta(description="Start and end in the document's text, in characters.")]


class FoundOther(msgspec.Struct):
    section: str
    excerpt: str
    span: Span
    words: int


class FoundRemark(msgspec.Struct):
    """What only the source shows. The draft's check repeats it until the section is edited."""

    code: str
    section: str | None
    excerpt: str
    span: Span | None


class Report(msgspec.Struct):
    language: str | None
    format: str
    sections: list[FoundSection]
    other: Annotated[list[FoundOther], Meta(description="Text that maps to no canonical id. It is kept, in a section of its own.")]
    remarks: list[FoundRemark]
    other_share: Annotated[float, Meta(description="Which part of the document's words stands in `other`, 0 to 1.")]


class Imported(msgspec.Struct):
    content: Content
    facts: FoundFacts
    report: Report
    findings: list[ImportFinding] = []


def import_document(body: bytes, media_type: str, charset: str | None, language: str | None) -> Imported:
    """Any document that we read. Raises what `read` and `read_own` raise."""
    own = read_own(body, media_type)
    if own is None:
        return structure(read(body, media_type, charset), language)
    return _taken_over(own, media_type)


def structure(document: Document, language: str | None) -> Imported:
    """`language`: None to find it out. One that we do not speak is read by the words of English, and kept as what it is."""
    language = language or recognising.language_of(document.text)
    found = outline(document, language)
    sections = _bounded(found.sections)
    remarks = [FoundRemark(remark.code, _section_of(remark, sections), remark.excerpt, remark.span) for remark in document.remarks]
    remarks += _numbering_gaps(sections)
    return Imported(
        _content(found.title, sections, language),
        gather(sections, found.title or None),
        _report(document, sections, remarks, language),
        _findings(remarks, sections, language),
    )


def _content(title: str, sections: Sequence[Outlined], language: str) -> Content:
    named = next((section for section in sections if "register_name" in section.covers), None)
    name = _register_name(named.text) if named else ""
    return Content(
        title={language: title} if title else {},
        sections=[
            Section(
                id=section.id,
                heading={language: section.heading} if section.heading else {},
                body={language: section.body},
                covers=section.covers,
            )
            for section in sections
        ],
        register_name={language: name} if name else None,
    )


def _register_name(text: str) -> str:
    line = next((" ".join(line.split()) for line in text.split("\n") if line.strip()), "")
    return line if len(line) <= _LONGEST_NAME and not spotting.placeholders(line) else ""


# --- the report ---------------------------------------------------------------------------------------------------


def _report(document: Document, sections: Sequence[Outlined], remarks: list[FoundRemark], language: str) -> Report:
    other = [
        FoundOther(
            section.id, _shortened(f"{section.heading}\n{section.text}".strip()), section.span, _words(section.heading, section.text)
        )
        for section in sections
        if section.covers == [OTHER]
    ]
    total = _words(document.text)
    return Report(
        language=language,
        format=document.format,
        sections=[FoundSection(section.id, section.covers, section.heading, section.confidence, section.span) for section in sections],
        other=other,
        remarks=remarks,
        other_share=round(sum(found.words for found in other) / total, 4) if total else 0.0,
    )


def _words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)


def _shortened(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


# --- what the source showed ---------------------------------------------------------------------------------------


def _section_of(remark: Remark, sections: Sequence[Outlined]) -> str | None:
    """The section in which the remark's place begins."""
    if remark.span is None:
        return None
    start = remark.span[0]
    return next((section.id for section in reversed(sections) if section.span[0] <= start < section.span[1]), None)


def _numbering_gaps(sections: Sequence[Outlined]) -> list[FoundRemark]:
    """A number of the outline that is left out, as where a heading was lost."""
    found = []
    last = 0
    for section in sections:
        number = _TOP_NUMBER.match(section.number)
        if not number:
            continue
        if last and int(number[1]) > last + 1:
            found.append(FoundRemark(GAP, section.id, f"{last}. … {number[1]}.", section.span))
        last = int(number[1])
    return found


def _findings(remarks: Sequence[FoundRemark], sections: Sequence[Outlined], language: str) -> list[ImportFinding]:
    """Those that are defects of the notice, once for each section."""
    hashes = {section.id: text_hash(section.heading, section.body) for section in sections}
    first = {
        (remark.code, remark.section): remark
        for remark in reversed(remarks)
        if remark.code.startswith("TN") or remark.code in _DEFECTS_OF_OURS
    }
    return [
        ImportFinding(code, section, language, remark.excerpt, hashes.get(section or "", text_hash("", "")))
        for (code, section), remark in reversed(first.items())
    ]


# --- limits of a draft --------------------------------------------------------------------------------------------


def _bounded(sections: list[Outlined]) -> list[Outlined]:
    """A draft holds so many sections of such a length: the last takes up the rest, and a text that is too long goes on in another."""
    whole = sections[:_MOST_SECTIONS]
    for section in sections[_MOST_SECTIONS:]:
        last = whole[-1]
        heading = f"### {escaped(section.heading)}\n\n" if section.heading else ""
        whole[-1] = msgspec.structs.replace(
            last,
            covers=list(dict.fromkeys([*last.covers, *(item for item in section.covers if item != OTHER)])),
            body=f"{last.body}\n\n{heading}{section.body}",
            text=f"{last.text}\n\n{section.heading}\n{section.text}",
            span=(last.span[0], section.span[1]),
        )
    if all(len(section.body) <= _LONGEST_BODY for section in whole):
        return whole
    return [part for section in whole for part in _in_lengths(section)]


def _in_lengths(section: Outlined) -> Iterator[Outlined]:
    rest, count = section.body, 1
    while len(rest) > _LONGEST_BODY:
        cut = max(rest.rfind("\n\n", 0, _LONGEST_BODY), 0) or max(rest.rfind("\n", 0, _LONGEST_BODY), rest.rfind(" ", 0, _LONGEST_BODY), 0)
        cut = cut or _LONGEST_BODY
        yield _continued(section, count, rest[:cut])
        rest, count = rest[cut:].lstrip("\n "), count + 1
    yield _continued(section, count, rest)


def _continued(section: Outlined, count: int, body: str) -> Outlined:
    if count == 1:
        return msgspec.structs.replace(section, body=body)
    return msgspec.structs.replace(section, id=f"{section.id}-part-{count}", heading="", body=body, text="", number="")


# --- our own formats ----------------------------------------------------------------------------------------------


class _Told(msgspec.Struct):
    covers: list[str]
    heading: str
    text: str


def _taken_over(own: Own, media_type: str) -> Imported:
    """What we wrote needs no recognising."""
    content = own.content
    written = own.language or next(iter([*content.title, *(code for section in content.sections for code in section.body)]), None)
    told = [
        _Told(
            section.covers or [],
            section.heading.get(written or "", ""),
            "\n".join(block.text for block in markdown.to_blocks(section.body.get(written or "", ""))),
        )
        for section in content.sections
    ]
    found = [
        FoundSection(section.id, section.covers or [], one.heading, 1.0, (0, 0))
        for section, one in zip(content.sections, told, strict=True)
    ]
    report = Report(own.language, "json" if media_type == JSON else "markdown", found, [], [], 0.0)
    return Imported(content, gather(told, content.title.get(written or "") or None), report)
