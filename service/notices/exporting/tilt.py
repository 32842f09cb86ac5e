"""A notice as TILT, the Transparency Information Language (its JSON Schema of May 2023), from facts, controllers and sections.

TILT demands more than a notice must tell. What is not stated is left out where that is allowed; where it is not, a filler
stands, and `stated: false` beside it says so. Two rights for which TILT has no member stand beside the others as
`rightToRestriction` (Art. 18) and `rightToObject` (Art. 21). `seloste` holds the notice itself, so that it can be brought back.
"""

import hashlib
import re
from typing import Any, NamedTuple

import msgspec
import rfc8785

from service.errors import invalid
from service.languages import Words
from service.notices.authorities import AUTHORITIES, Authority
from service.notices.authorities import in_language as told_in
from service.notices.content import ControllerSnapshot
from service.notices.drawing import sentences
from service.notices.exporting.editions import Edition, in_language
from service.notices.facts import Facts, LegalBasis, Purpose, Retention, Transfer

FORMAT = "seloste-tilt/1"
MEMBER = "seloste"
Data = dict[str, Any]
words = Words(__package__)

# RFC 6761 keeps the name from ever being anybody's, so that no mail to a filler reaches a stranger.
NO_ADDRESS = "not-stated@invalid"
# A phone number as TILT takes it.
_PHONE = re.compile(r"[+]*[(]?[0-9]{1,4}[)]?[-\s./0-9]*")
# The recipients are the notice's and not one purpose's. They are told again for each purpose while that stays short.
_REPEATED = 100_000
_GUARANTEES = frozenset({"standard_clauses", "binding_rules", "code_of_conduct", "certification"})


class _Tilting(NamedTuple):
    edition: Edition
    language: str
    facts: Facts
    texts: dict[str, list[tuple[str, str]]]
    """Heading and text of the sections that answer an item."""

    @property
    def controller(self) -> ControllerSnapshot:
        return self.edition.controllers[0]

    def say(self, key: str, **values: object) -> str:
        return words(key, self.language, **values)

    def told(self, texts: dict[str, str] | None) -> str:
        return told_in(texts or {}, self.language) or self.say("not_stated")

    def written(self, *items: str) -> str:
        """What the sections say about these items, each section once."""
        return "\n\n".join(dict.fromkeys(text for item in items for _, text in self.texts.get(item, ()) if text.strip()))


def to_tilt(edition: Edition, language: str, *, in_force: bool = False) -> Data:
    """`in_force`: for the address that always shows the version in force. A permanent copy cannot say that of itself."""
    d = _Tilting(edition, language, edition.content.facts or Facts(), _texts(edition, language))
    document: Data = {
        "meta": _meta(d, in_force),
        "controller": _controller(d),
        "dataProtectionOfficer": _officer(d),
        "dataDisclosed": _disclosed(d),
        "thirdCountryTransfers": [_transfer(d, transfer) for transfer in d.facts.transfers or ()],
        "accessAndDataPortability": _right(d, True, "rights_access", "rights_portability"),
        "sources": _sources(d),
        "rightToInformation": _right(d, True, "rights_access"),
        "rightToRectificationOrDeletion": _right(d, True, "rights_rectification", "rights_erasure"),
        "rightToDataPortability": _right(d, _rests_on(d, "6(1)(a)", "6(1)(b)", "9(2)(a)"), "rights_portability"),
        "rightToWithdrawConsent": _right(d, _rests_on(d, "6(1)(a)", "9(2)(a)"), "rights_withdraw_consent"),
        "rightToComplain": _complaint(d),
        "automatedDecisionMaking": _decisions(d),
        "changesOfPurpose": [],
        "rightToRestriction": _right(d, True, "rights_restriction"),
        "rightToObject": _right(d, _rests_on(d, "6(1)(e)", "6(1)(f)"), "rights_objection"),
        MEMBER: _itself(d),
    }
    document["meta"]["_hash"] = hash_of(document)
    return document


def hash_of(document: Data) -> str:
    """SHA-256 of the document by RFC 8785, taken without this hash."""
    meta = {name: value for name, value in document["meta"].items() if name != "_hash"}
    return hashlib.sha256(rfc8785.dumps({**document, "meta": meta})).hexdigest()


def _texts(edition: Edition, language: str) -> dict[str, list[tuple[str, str]]]:
    texts: dict[str, list[tuple[str, str]]] = {}
    for section in edition.content.sections:
        shown = language if section.body.get(language, "").strip() else edition.default_language
        pair = (section.heading.get(shown, ""), section.body.get(shown, ""))
        for item in section.covers or ():
            texts.setdefault(item, []).append(pair)
    return texts


def _meta(d: _Tilting, in_force: bool) -> Data:
    edition, language = d.edition, d.language
    part = "draft" if edition.version is None else f"v/{edition.number}"
    at = str(msgspec.to_builtins(edition.at))
    return {
        "_id": f"{edition.notice_id}/{part}/{language}",
        "name": d.controller.name,
        "created": at,
        "modified": at,
        "version": edition.number,
        "language": language,
        "status": "active" if in_force else "inactive",
        "url": f"{edition.url}/{language}" if in_force or edition.version is None else f"{edition.url}/{part}/{language}",
    }


def _controller(d: _Tilting) -> Data:
    known = d.controller
    representative = {"name": known.name, "email": known.email or NO_ADDRESS, **_phone(known.phone)}
    return {
        "name": known.name,
        "address": known.address or d.say("not_stated"),
        "country": known.country,
        "representative": representative if known.email else {**representative, "stated": False},
    }


def _officer(d: _Tilting) -> Data:
    """A controller without an officer has the filler that TILT demands; questions then go to the controller."""
    known, officer = d.controller, d.controller.dpo or {}
    stated = any(officer.values())
    told: Data = {
        "name": officer.get("name") or d.say("not_stated" if stated else "no_dpo"),
        "address": known.address or d.say("not_stated"),
        "country": known.country,
        "email": officer.get("email") or known.email or NO_ADDRESS,
        **_phone(officer.get("phone")),
    }
    return told if stated else {**told, "stated": False}


def _phone(number: str | None) -> Data:
    return {"phone": number} if number and _PHONE.fullmatch(number) else {}


def _disclosed(d: _Tilting) -> list[Data]:
    """One entry for each purpose of the facts, or one for the notice as its sections tell it."""
    purposes = d.facts.purposes or []
    recipients = _recipients(d)
    if not purposes:
        return [_disclosed_by_text(d, recipients)] if d.texts else []
    longest = len(purposes) * sum(len(recipient["category"]) + 50 for recipient in recipients)
    same = [{"category": d.say("as_in", id="purpose-1")}]
    return [
        _purpose(d, purpose, number, recipients if number == 1 or longest <= _REPEATED else same)
        for number, purpose in enumerate(purposes, start=1)
    ]


def _purpose(d: _Tilting, purpose: Purpose, number: int, recipients: list[Data]) -> Data:
    name = d.told(purpose.name)
    categories = [d.told(category) for category in purpose.data_categories]
    return {
        "_id": f"purpose-{number}",
        "category": ", ".join(categories) or d.say("not_stated"),
        "categories": categories,
        "dataSubjects": [d.told(group) for group in purpose.data_subjects],
        "purposes": [{"purpose": name, "description": name}],
        "legalBases": [_basis(d, basis) for basis in purpose.legal_bases],
        "legitimateInterests": _interests(d, purpose),
        "recipients": recipients,
        "storage": [_storage(d, purpose.retention, name)] if purpose.retention else [],
        "nonDisclosure": _requirement(d),
    }


def _basis(d: _Tilting, basis: LegalBasis) -> Data:
    article, paragraph, letter = re.findall(r"\w+", basis.reference)
    named = sentences(f"basis_6_1_{letter}", d.language) if article == "6" else sentences("basis_9_2", d.language, letter=letter)
    return {"reference": f"GDPR-{article}-{paragraph}-{letter}", "description": d.told(basis.law) if basis.law else named}


def _interests(d: _Tilting, purpose: Purpose) -> list[Data]:
    if not purpose.legal_bases and purpose.legitimate_interest is None:
        return []
    exists = any(basis.reference == "6(1)(f)" for basis in purpose.legal_bases)
    return [{"exists": True, "reasoning": d.told(purpose.legitimate_interest)} if exists else {"exists": False}]


def _recipients(d: _Tilting) -> list[Data]:
    return [
        {"category": d.told(one.name), "role": one.role, **({"country": one.country} if one.country else {})}
        for one in d.facts.recipients or ()
    ]


def _storage(d: _Tilting, retention: Retention, purpose: str) -> Data:
    stored: Data = {"aggregationFunction": "max"}
    if retention.period:
        start = d.told(retention.counted_from) if retention.counted_from else purpose
        stored["temporal"] = [{"description": start, "ttl": retention.period}]
    if retention.criteria:
        stored["purposeConditional"] = [d.told(retention.criteria)]
    return stored


def _requirement(d: _Tilting) -> Data:
    """Art. 13(2)(e)."""
    stated = d.facts.requirement
    duty = stated.duty if stated else None
    told = {
        "legalRequirement": duty == "statutory",
        "contractualRegulation": duty in ("contractual", "needed_for_contract"),
        "obligationToProvide": duty in ("statutory", "contractual"),
        "consequences": d.told(stated.consequences if stated else None),
    }
    return told if stated else {**told, "stated": False}


def _disclosed_by_text(d: _Tilting, recipients: list[Data]) -> Data:
    retention, interests = d.written("retention"), d.written("legitimate_interests")
    sources = [item for item in ("recipients", "processors") if d.texts.get(item)]
    return {
        "_id": "notice",
        "category": d.written("data_categories") or d.say("not_stated"),
        "purposes": [{"purpose": heading, "description": text} for heading, text in d.texts.get("purposes", ())],
        "legalBases": [],
        "legitimateInterests": [{"exists": True, "reasoning": interests}] if interests else [],
        "recipients": recipients or ([{"category": text}] if (text := d.written(*sources)) else []),
        "storage": [{"aggregationFunction": "max", "purposeConditional": [retention]}] if retention else [],
        "nonDisclosure": _requirement(d),
    }


def _transfer(d: _Tilting, transfer: Transfer) -> Data:
    named = sentences(f"safeguard_{transfer.safeguard}", d.language)
    told = f"{named}. {d.told(transfer.copy)}" if transfer.copy else named

    def safeguard(holds: bool) -> Data:
        return {"available": True, "description": told} if holds else {"available": False}

    return {
        "country": transfer.country,
        "adequacyDecision": safeguard(transfer.safeguard == "adequacy_decision"),
        "appropriateGuarantees": safeguard(transfer.safeguard in _GUARANTEES),
        "standardDataProtectionClause": safeguard(transfer.safeguard == "standard_clauses"),
        "safeguard": transfer.safeguard,
        **({"recipient": d.told(transfer.recipient)} if transfer.recipient else {}),
    }


def _sources(d: _Tilting) -> list[Data]:
    if not d.facts.sources:
        return []
    told = [{"description": d.told(one.name), "url": "", "publiclyAvailable": one.public} for one in d.facts.sources]
    return [{"_id": "sources", "dataCategory": d.say("not_stated"), "sources": told}]


def _rests_on(d: _Tilting, *references: str) -> bool | None:
    """Whether a right that hangs on the legal basis is there; None where no basis is stated."""
    bases = {basis.reference for purpose in d.facts.purposes or () for basis in purpose.legal_bases}
    return bool(bases & set(references)) if bases else None


def _right(d: _Tilting, available: bool | None, *items: str) -> Data:
    text = d.written(*items)
    if available is None and text:
        available = True
    standard = f"{sentences('rights', d.language)} {'; '.join(sentences(item, d.language) for item in items)}."
    told: Data = {} if available is None else {"available": available}
    if available:
        told["description"] = text or standard
    told["url"] = f"{d.edition.url}/request"
    return {**told, "email": d.controller.email} if d.controller.email else told


def _complaint(d: _Tilting) -> Data:
    country = d.facts.authority or d.controller.country
    text = d.written("complaint")
    if (authority := AUTHORITIES.get(country)) is None:
        return {"description": text or d.say("not_stated")}
    told = _authority(d, authority, country)
    return {
        "available": True,
        "description": text or sentences("complaint", d.language, authority=told["name"]) + ".",
        "url": authority.website,
        **({"email": authority.email} if authority.email else {}),
        "supervisoryAuthority": told,
    }


def _authority(d: _Tilting, authority: Authority, country: str) -> Data:
    address = told_in(authority.address, d.language)
    return {
        "name": d.told(authority.name),
        "country": country,
        **({"address": address} if address else {}),
        **({"email": authority.email} if authority.email else {}),
        **_phone(authority.phone),
    }


def _decisions(d: _Tilting) -> Data:
    stated = d.facts.automated_decisions
    if stated is None:
        text = d.written("automated_decisions")
        return {"logicInvolved": text} if text else {}
    if not stated.used:
        return {"inUse": False}
    return {"inUse": True, "logicInvolved": d.told(stated.logic), "scopeAndIntendedEffects": d.told(stated.consequences)}


def _itself(d: _Tilting) -> Data:
    version = d.edition.version
    told: Data = {"format": FORMAT, "content": msgspec.to_builtins(in_language(d.edition.content, d.language))}
    if version is not None:
        told |= {"effective_from": version.effective_from.isoformat(), "content_hash": version.content_hash}
    return {**told, "controllers": [msgspec.to_builtins(controller) for controller in d.edition.controllers]}


def is_tilt(data: Data) -> bool:
    return {"meta", "controller", "dataDisclosed"} <= data.keys() and isinstance(data["meta"], dict)


def content_in(data: Data) -> Data:
    """The notice that a document of ours holds, in the draft's shape."""
    held = data.get(MEMBER)
    if not isinstance(held, dict) or not isinstance(held.get("content"), dict):
        raise invalid(f"/{MEMBER}", f"This TILT document does not hold a notice of ours: it has no member `{MEMBER}`.")
    if held.get("format") != FORMAT:
        raise invalid(f"/{MEMBER}/format", f"{held.get('format')!r} is not known here; this reads {FORMAT!r}.")
    content: Data = held["content"]
    return content


def language_of(data: Data) -> str:
    return str(data["meta"].get("language"))
