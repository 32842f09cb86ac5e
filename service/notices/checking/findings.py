"""What a check answers."""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Severity = Literal["error", "warning", "info"]
Kind = Literal["legal_duty", "custom", "hygiene"]
Origin = Literal["text", "facts", "controller", "import"]
State = Literal["present", "missing", "not_applicable"]


class Finding(msgspec.Struct):
    """A defect: where, by which rule, and what would mend it."""

    code: Annotated[str, Meta(description="Stable. docs/checks.md lists all.")]
    severity: Severity
    kind: Annotated[Kind, Meta(description="A duty by law; good custom; or hygiene of the text.")]
    origin: Annotated[Origin, Meta(description="Seen in the text, the facts, against the linked controller, or in the imported source.")]
    article: Annotated[str | None, Meta(description="Of the GDPR unless it says otherwise.")]
    section: Annotated[str | None, Meta(description="The section's id; null where the whole notice is meant.")]
    language: str | None
    span: Annotated[tuple[int, int] | None, Meta(description="Start and end in the section's body, in characters of its Markdown.")]
    excerpt: Annotated[str | None, Meta(description="The words at fault.")]
    message: dict[str, str]
    fix: dict[str, str]
    id: str = ""

    def __post_init__(self) -> None:
        # The same defect keeps its id while the words at fault stay, so that a dismissal finds it again.
        told = "\n".join((self.code, self.section or "", self.language or "", " ".join((self.excerpt or "").split())))
        self.id = hashlib.sha256(told.encode()).hexdigest()[:16]


class Item(msgspec.Struct):
    """Whether the notice tells what an article wants told."""

    item: str
    article: str | None
    language: str
    state: State
    reason: str


class Check(msgspec.Struct):
    findings: list[Finding]
    completeness: list[Item]


class ImportFinding(msgspec.Struct):
    """What the imported source showed, kept with the draft until the section is edited (its text hashes otherwise)."""

    code: str
    section: str | None
    language: str
    excerpt: str
    text_hash: str


def text_hash(heading: str, body: str) -> str:
    """Of a section's text in one language: what an import found holds as long as this stays."""
    return hashlib.sha256(f"{heading}\n{body}".encode()).hexdigest()
