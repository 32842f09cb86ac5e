"""The example notices that the tests of hosting read, and what every version says of itself."""

SHOP = "/n/hallavirta/asiakkaat"
"""One version, in Finnish, Swedish and English."""

KEYS = "/n/kuuramaki/asiakasrekisteri"
"""Four versions in Finnish, three of them from before Seloste."""

GROUP = "/n/saaristonvalo/konserni"
"""Three controllers."""

TABLES = "/n/puronvarsi/potilaat"

VERSION_FIELDS = {
    "number",
    "published_at",
    "effective_from",
    "effective_at",
    "change_note",
    "significance",
    "historical",
    "content_hash",
    "previous_hash",
}
