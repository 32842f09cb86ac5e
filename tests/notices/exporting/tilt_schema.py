"""What TILT's published JSON Schema (draft-07, May 2023, MIT) demands, written out anew: types, required members, patterns,
conditions. One pattern of it, for references to law, takes exponential time; here stands one that takes the same strings in
linear time, and a test holds the two together on short ones.
"""

from typing import Any

PUBLISHED_REFERENCE = r"^[A-Z]*([-]?[0-9]*|[a-z]*)*$"
REFERENCE = r"^[A-Z]*[-0-9a-z]*$"
PHONE = r"^[+]*[(]{0,1}[0-9]{1,4}[)]{0,1}[-\s\./0-9]*$"
COUNTRY = r"^[A-Z][A-Z]$"
MOMENT = (
    r"^([\+-]?\d{4}(?!\d{2}\b))((-?)((0[1-9]|1[0-2])(\3([12]\d|0[1-9]|3[01]))?|W([0-4]\d|5[0-2])(-?[1-7])?"
    r"|(00[1-9]|0[1-9]\d|[12]\d{2}|3([0-5]\d|6[1-6])))([T\s]((([01]\d|2[0-3])((:?)[0-5]\d)?|24\:?00)([\.,]\d+(?!:))?)?"
    r"(\17[0-5]\d([\.,]\d+)?)?([zZ]|([\+-])([01]\d|2[0-3]):?([0-5]\d)?)?)?)?$"
)
SPAN = (
    r"^(\d{4}(-\d{2}(-\d{2})?(?!:))?(T\d{2}(:\d{2}(:\d{2})?(\.\d+)?)?)?(Z|([+,-]\d{2}(:\d{2})?))?)?"
    r"P(([0-9]+([.,][0-9]*)?Y)?([0-9]+([.,][0-9]*)?M)?([0-9]+([.,][0-9]*)?D)?T?([0-9]+([.,][0-9]*)?H)?([0-9]+([.,][0-9]*)?M)?"
    r"([0-9]+([.,][0-9]*)?S)?)"
    r"|\d{4}-?(0[1-9]|11|12)-?(?:[0-2]\d|30|31)T((?:[0-1][0-9]|[2][0-3]):?(?:[0-5][0-9]):?(?:[0-5][0-9]|60)|2400|24:00)$"
)
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es et eu "
    "fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn "
    "ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os "
    "pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw "
    "ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = _CODES.split()

Schema = dict[str, Any]
STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}
EMAIL: Schema = {"type": "string", "format": "email"}
LINK: Schema = {"type": "string", "format": "uri-reference"}


def matching(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def country() -> Schema:
    return {"type": "string", "minLength": 2, "maxLength": 2, "pattern": COUNTRY}


def thing(required: str = "", **properties: Schema) -> Schema:
    return {"type": "object", "required": required.split(), "properties": properties}


def many(*items: Schema) -> Schema:
    return {"type": "array", "items": {"anyOf": list(items)}}


def when(flag: str, then: str, schema: Schema) -> Schema:
    return {**schema, "if": {"properties": {flag: {"const": True}}, "required": [flag]}, "then": {"required": then.split()}}


def right(**more: Schema) -> Schema:
    return thing(available=BOOLEAN, description=STRING, url=LINK, email=EMAIL, identificationEvidences=many(STRING), **more)


def safeguard() -> Schema:
    return when("available", "description", thing(available=BOOLEAN, description=STRING))


REPRESENTATIVE = {"name": STRING, "email": EMAIL, "phone": matching(PHONE)}
RECIPIENT = thing(
    "category", name=STRING, division=STRING, address=STRING, country=country(), representative=thing(**REPRESENTATIVE), category=STRING
)
STORAGE = thing(
    "aggregationFunction",
    temporal=many(thing("description ttl", description=STRING, ttl=matching(SPAN))),
    purposeConditional=many(STRING),
    legalBasisConditional=many(matching(REFERENCE)),
    aggregationFunction={"type": "string", "enum": ["min", "max", "sum", "avg"]},
)
DISCLOSED = thing(
    "_id category purposes legalBases legitimateInterests recipients storage nonDisclosure",
    _id=STRING,
    category=STRING,
    purposes=many(thing("purpose description", purpose=STRING, description=STRING)),
    legalBases=many(thing("reference", reference=matching(REFERENCE), description=STRING)),
    legitimateInterests=many(when("exists", "reasoning", thing(exists=BOOLEAN, reasoning=STRING))),
    recipients=many(RECIPIENT, thing("category", category=STRING)),
    storage=many(STORAGE),
    nonDisclosure=thing(
        "legalRequirement contractualRegulation obligationToProvide consequences",
        legalRequirement=BOOLEAN,
        contractualRegulation=BOOLEAN,
        obligationToProvide=BOOLEAN,
        consequences=STRING,
    ),
)
META = thing(
    "_id name created modified version language status url _hash",
    _id=STRING,
    name=STRING,
    created=matching(MOMENT),
    modified=matching(MOMENT),
    version={"type": "integer", "minimum": 1},
    language=matching(f"^({'|'.join(LANGUAGES)})$"),
    status=matching("^(active|inactive)$"),
    url=LINK,
    _hash={"type": "string", "minLength": 64, "maxLength": 64},
)
TRANSFER = thing(
    country=country(),
    adequacyDecision=safeguard(),
    appropriateGuarantees=safeguard(),
    presenceOfEnforceableRightsAndEffectiveRemedies=safeguard(),
    standardDataProtectionClause=safeguard(),
)
SOURCES = thing(
    "_id dataCategory sources",
    _id=STRING,
    dataCategory=STRING,
    sources=many(thing("description url publiclyAvailable", description=STRING, url=LINK, publiclyAvailable=BOOLEAN)),
)
AUTHORITY = thing(
    "name", name=STRING, address=STRING, country={"type": "string", "minLength": 2, "maxLength": 2}, email=EMAIL, phone=matching(PHONE)
)
FEE = thing("amount currency", amount={"type": "number"}, currency={"type": "string", "minLength": 3, "maxLength": 3})
ACCESS = right(administrativeFee=FEE, dataFormats=many(STRING))
TILT: Schema = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    **thing(
        "meta controller dataProtectionOfficer dataDisclosed thirdCountryTransfers accessAndDataPortability sources rightToInformation "
        "rightToRectificationOrDeletion rightToDataPortability rightToWithdrawConsent rightToComplain automatedDecisionMaking "
        "changesOfPurpose",
        meta=META,
        controller=thing(
            "name address country representative",
            name=STRING,
            division=STRING,
            address=STRING,
            country=country(),
            representative=thing("name email", **REPRESENTATIVE),
        ),
        dataProtectionOfficer=thing(
            "name address country email", name=STRING, address=STRING, country=country(), email=EMAIL, phone=matching(PHONE)
        ),
        dataDisclosed=many(DISCLOSED),
        thirdCountryTransfers=many(TRANSFER),
        accessAndDataPortability={**ACCESS, "required": ["available"]},
        sources=many(SOURCES),
        rightToInformation=when("available", "description", right()),
        rightToRectificationOrDeletion=when("available", "description", right()),
        rightToDataPortability=when("available", "description", right()),
        rightToWithdrawConsent=when("available", "description", right()),
        rightToComplain=when("available", "description supervisoryAuthority", right(supervisoryAuthority=AUTHORITY)),
        automatedDecisionMaking=when(
            "inUse", "logicInvolved scopeAndIntendedEffects", thing(inUse=BOOLEAN, logicInvolved=STRING, scopeAndIntendedEffects=STRING)
        ),
        changesOfPurpose=many(
            thing(
                description=STRING,
                affectedDataCategories=many(STRING),
                plannedDateOfChange=matching(MOMENT),
                urlOfNewVersion=STRING,
            )
        ),
    ),
}
