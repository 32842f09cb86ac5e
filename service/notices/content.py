"""The notice model: sections under canonical ids (GDPR Art. 13/14), each with heading and text per language."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from service import languages
from service.errors import FieldError, InvalidContent
from service.languages import Language
from service.notices.facts import Facts
from service.texts import Input

# What a notice tells, one id per content item of Art. 13/14 and of Finnish custom. A section's `covers` draws from these.
ITEMS: dict[str, str] = {
    "controller": "Who the controller is and how to reach it: Art. 13(1)(a), 14(1)(a)",
    "representative": "The representative in the EU: Art. 13(1)(a), 27",
    "contact": "Whom to ask about this processing: Art. 12(2)",
    "dpo": "The data protection officer's contact details: Art. 13(1)(b)",
    "purposes": "What the data is used for: Art. 13(1)(c)",
    "legal_basis": "The legal basis of each purpose: Art. 13(1)(c), 6, 9",
    "consent": "Processing based on consent: Art. 6(1)(a)",
    "legitimate_interests": "The legitimate interests pursued: Art. 13(1)(d)",
    "data_subjects": "Whose data it is (custom)",
    "data_categories": "Which data: Art. 14(1)(d)",
    "sources": "Where the data comes from: Art. 14(2)(f)",
    "recipients": "Who receives the data: Art. 13(1)(e)",
    "processors": "Who processes it on the controller's behalf: Art. 13(1)(e), 28",
    "transfers": "Transfers outside the EEA and their safeguards: Art. 13(1)(f), 44-49",
    "retention": "How long the data is kept, or by which criteria: Art. 13(2)(a)",
    "rights": "The data subject's rights, together: Art. 13(2)(b)",
    "rights_access": "The right of access: Art. 15",
    "rights_rectification": "The right to rectification: Art. 16",
    "rights_erasure": "The right to erasure: Art. 17",
    "rights_restriction": "The right to restriction: Art. 18",
    "rights_portability": "The right to data portability: Art. 20",
    "rights_objection": "The right to object: Art. 21",
    "rights_withdraw_consent": "The right to withdraw consent: Art. 7(3), 13(2)(c)",
    "exercise": "How to use the rights: Art. 12(2)",
    "complaint": "The right to complain to a supervisory authority: Art. 13(2)(d), 77",
    "statutory_requirement": "Whether giving the data is required: Art. 13(2)(e)",
    "automated_decisions": "Automated decisions and profiling: Art. 13(2)(f), 22",
    "further_purpose": "Use for another purpose: Art. 13(3), 14(4)",
    "joint_controllers": "The essence of a joint-controller arrangement: Art. 26(2)",
    "security": "How the data is protected: Art. 32 (custom)",
    "cookies_analytics": "Cookies and analytics: Directive 2002/58/EC Art. 5(3)",
    "breach": "What happens after a breach: Art. 33, 34 (custom)",
    "changes": "How changes to the notice are told: Art. 12(1)",
    "date": "When the notice was written (custom)",
    "register_name": "The name of the register (custom)",
    "title": "The title of the notice",
    "intro": "An introduction",
    "other": "Anything else",
}

LONGEST_TEXT, LONGEST_LINE = 200_000, 500
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Line = Annotated[str, Meta(max_length=LONGEST_LINE)]
LONGEST_ID = 63
MOST_SECTIONS = 200
SectionId = Annotated[
    str,
    Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$", description="A canonical id such as `retention`, or your own."),
]


class Section(Input):
    """One section. `body` is Markdown (CommonMark and tables); HTML in it is shown as the text that it is."""

    id: SectionId
    heading: dict[Language, Line]
    body: dict[Language, Text]
    covers: Annotated[list[str], Meta(max_length=50, description="Every canonical id that this text answers.")] | None = None
    many_lines: ClassVar[frozenset[str]] = frozenset({"body"})


class Content(Input):
    """What a draft holds and a version freezes."""

    title: dict[Language, Line] = {}
    sections: Annotated[list[Section], Meta(max_length=MOST_SECTIONS)] = []
    register_name: dict[Language, Line] | None = None
    facts: Facts | None = None


def normalised(content: Content, allowed: Sequence[str]) -> Content:
    """Ids made unique (-2, -3), `covers` spelled out, line ends unified; says all that is wrong at once."""
    wrong = _unknown_languages(content, allowed)
    sections, taken = [], set[str]()
    for position, section in enumerate(content.sections):
        covers = section.covers if section.covers is not None else ([section.id] if section.id in ITEMS else [])
        for item in covers:
            if item not in ITEMS:
                detail = f"{item!r} is not a canonical id; docs/content.md lists them."
                wrong.append(FieldError(f"/sections/{position}/covers", detail))
        unique, repeat = section.id, 2
        while unique in taken:
            ending, repeat = f"-{repeat}", repeat + 1
            unique = section.id[: LONGEST_ID - len(ending)] + ending
        taken.add(unique)
        body = {language: "\n".join(text.splitlines()) for language, text in section.body.items()}
        sections.append(Section(id=unique, heading=section.heading, body=body, covers=list(dict.fromkeys(covers))))
    if wrong:
        raise InvalidContent("The draft cannot be kept like this; `errors` says where.", errors=wrong)
    return Content(title=content.title, sections=sections, register_name=content.register_name, facts=content.facts)


def _unknown_languages(content: Content, allowed: Sequence[str]) -> list[FieldError]:
    placed = [("/title", content.title), ("/register_name", content.register_name or {})]
    for position, section in enumerate(content.sections):
        placed += [(f"/sections/{position}/heading", section.heading), (f"/sections/{position}/body", section.body)]
    return [
        FieldError(f"{pointer}/{code}", f"{code!r} is not a language of this notice ({', '.join(allowed)}).")
        for pointer, texts in placed
        for code in texts
        if code not in allowed
    ]


def not_languages(codes: Sequence[str], pointer: str) -> list[FieldError]:
    return [
        FieldError(pointer, f"{code!r} is not a language code of ISO 639 such as fi, sv or en.")
        for code in codes
        if not languages.is_known(code)
    ]


def missing(content: Content, default_language: str) -> list[FieldError]:
    """What a draft lacks before it can be published at all. What the law wants beyond that is checked, not demanded."""
    wrong = []
    if not content.title.get(default_language, "").strip():
        wrong.append(FieldError(f"/title/{default_language}", "The notice needs a title in its default language."))
    if not any(section.body.get(default_language, "").strip() for section in content.sections):
        wrong.append(FieldError("/sections", f"The notice has no text in its default language ({default_language})."))
    return wrong


def languages_of(content: Content, default_language: str, wanted: Sequence[str]) -> list[str]:
    """The languages in which a version can be read: those with a text of their own. The default one comes first."""
    written = {code for section in content.sections for code, text in section.body.items() if text.strip()}
    return [default_language, *(code for code in wanted if code in written and code != default_language)]


class ControllerSnapshot(msgspec.Struct):
    """A controller as it stood when a version was published."""

    id: str
    name: str
    business_id: str | None
    address: str | None
    email: str | None
    phone: str | None
    dpo: dict[str, str | None] | None
    brands: list[str]
    former_names: list[str]
    domains: list[str]
    country: str
    time_zone: str
    languages: list[str]
