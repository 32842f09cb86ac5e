"""A notice as data: what GDPR Art. 13 and 14 want told, typed. A section can be drawn from it (`drawing`).

Every text is per language. Everything may be left out: what is not stated is not known, which differs from `[]` or
`used: false`, where the controller says that there is none.
"""

from typing import Annotated, Literal

from msgspec import Meta

from service.languages import Language
from service.texts import Input

Line = Annotated[str, Meta(max_length=2000)]
Words = Annotated[dict[Language, Line], Meta(min_length=1, description="One line per language.")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]
Reference = Annotated[
    Literal[
        "6(1)(a)",
        "6(1)(b)",
        "6(1)(c)",
        "6(1)(d)",
        "6(1)(e)",
        "6(1)(f)",
        "9(2)(a)",
        "9(2)(b)",
        "9(2)(c)",
        "9(2)(d)",
        "9(2)(e)",
        "9(2)(f)",
        "9(2)(g)",
        "9(2)(h)",
        "9(2)(i)",
        "9(2)(j)",
    ],
    Meta(description="Where the basis stands in the GDPR: `6(1)(a)` is consent, `6(1)(f)` a legitimate interest."),
]
Safeguard = Annotated[
    Literal["adequacy_decision", "standard_clauses", "binding_rules", "code_of_conduct", "certification", "derogation"],
    Meta(description="What a transfer rests on: Art. 45, 46(2)(c), 47, 46(2)(e), 46(2)(f), 49."),
]


class LegalBasis(Input, omit_defaults=True):
    """Art. 6(1), 9(2). `law`: the act and section, where the basis is a duty or a public task (Art. 6(3))."""

    reference: Reference
    law: Words | None = None


class Retention(Input, omit_defaults=True):
    """Art. 13(2)(a): a period, or the criteria that decide it, or both."""

    period: (
        Annotated[str, Meta(pattern=r"^P(\d{1,3}Y)?(\d{1,4}M)?(\d{1,5}D)?$", description="ISO 8601: `P10Y`, `P1Y6M`, `P30D`.")] | None
    ) = None
    counted_from: Annotated[Words, Meta(description="What the period begins with, such as `the end of the contract`.")] | None = None
    criteria: Words | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.period is None and self.criteria is None:
            raise ValueError("a retention needs a `period`, `criteria`, or both")
        if self.period == "P":
            raise ValueError("`period` counts years, months or days: `P10Y`")


class Source(Input, omit_defaults=True):
    """Art. 14(2)(f)."""

    name: Words
    public: bool = False


class Recipient(Input, omit_defaults=True):
    """Art. 13(1)(e): a recipient or a category; a processor is one too (Art. 4(9))."""

    name: Words
    role: Literal["recipient", "processor"] = "recipient"
    country: Country | None = None


class Purpose(Input, omit_defaults=True):
    """Art. 13(1)(c): one purpose with what belongs to it alone."""

    name: Words
    legal_bases: Annotated[list[LegalBasis], Meta(max_length=20)] = []
    legitimate_interest: Annotated[Words, Meta(description="Which interest: Art. 13(1)(d).")] | None = None
    data_subjects: Annotated[list[Words], Meta(max_length=50)] = []
    data_categories: Annotated[list[Words], Meta(max_length=100)] = []
    retention: Retention | None = None


class Transfer(Input, omit_defaults=True):
    """Art. 13(1)(f): to which country outside the EEA, on what, and where a copy of the safeguard can be had."""

    country: Country
    safeguard: Safeguard
    recipient: Words | None = None
    copy: Annotated[Words, Meta(description="How to get a copy of the safeguard.")] | None = None


class AutomatedDecisions(Input, omit_defaults=True):
    """Art. 13(2)(f), 22. With `used`, the logic and what it means for the person."""

    used: bool
    logic: Words | None = None
    consequences: Words | None = None


class Requirement(Input, omit_defaults=True):
    """Art. 13(2)(e): whether giving the data is a duty, and what follows when it is not given."""

    duty: Literal["statutory", "contractual", "needed_for_contract", "none"]
    consequences: Words | None = None


class Facts(Input, omit_defaults=True):
    purposes: Annotated[list[Purpose], Meta(max_length=100)] | None = None
    sources: Annotated[list[Source], Meta(max_length=100)] | None = None
    recipients: Annotated[list[Recipient], Meta(max_length=200)] | None = None
    transfers: Annotated[list[Transfer], Meta(max_length=200)] | None = None
    automated_decisions: AutomatedDecisions | None = None
    requirement: Requirement | None = None
    authority: Annotated[Country, Meta(description="Whose authority is named; by default the first controller's.")] | None = None
