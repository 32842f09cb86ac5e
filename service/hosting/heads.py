"""What there is of a notice that the world may read: its head, and copies of its forms as final bytes."""

import functools
import gzip
import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import brotli
import msgspec

from service import clock
from service.hosting.recording import Standing
from service.layout.page import content_security_policy, style_source
from service.notices import timing
from service.notices.schemas import Face, Fate, Succession
from service.notices.theming.styling import Look
from service.notices.timing import Scheduled
from tenants.delegating import as_id


class Head(msgspec.Struct, frozen=True):
    """What there is of a notice: enough to choose a version, not its text."""

    tenant_id: UUID
    tenant_slug: str
    notice_id: UUID
    slug: str
    default_language: str
    controller_ids: list[UUID]
    schedule: list[Scheduled]
    changed_at: datetime
    former_slugs: list[str] = []
    withdrawal: Fate | None = None
    succession: Succession | None = None
    face: Face | None = None
    look: Look | None = None

    @property
    def size(self) -> int:
        return 1500 + 1000 * len(self.schedule)

    @property
    def address(self) -> str:
        return f"/n/{self.tenant_slug}/{self.slug}"

    @property
    def shown_face(self) -> Face:
        """A notice that was not shown anew since its face is kept has none."""
        return self.face or Face({}, [], "UTC")

    def in_force(self, at: datetime) -> Scheduled | None:
        return timing.in_force(self.schedule, at)

    def standing(self) -> Standing:
        """For how long an answer of this notice stands when nothing happens to it."""
        since, until = timing.unchanging(self.schedule, clock.now())
        return Standing(self.notice_id, since.timestamp(), until.timestamp())

    def is_called(self, tenant: str, notice: str) -> bool:
        """By slugs or ids, as in an address."""
        named = notice == self.slug or notice in self.former_slugs or as_id(notice) == self.notice_id
        return named and (tenant == self.tenant_slug or as_id(tenant) == self.tenant_id)

    def version(self, number: int) -> Scheduled | None:
        return next((version for version in self.schedule if version.number == number), None)


class Copy(msgspec.Struct, frozen=True, dict=True):
    """Final bytes, plain and compressed, with the tag that names them; what follows from the bytes is found once."""

    media_type: str
    body: bytes
    gzip: bytes
    br: bytes

    @classmethod
    def of(cls, media_type: str, body: bytes) -> "Copy":
        """What is made while a reader waits, so compressed quickly."""
        return cls(media_type, body, gzip.compress(body, 6, mtime=0), brotli.compress(body, quality=5))

    @functools.cached_property
    def etag(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:32]

    @functools.cached_property
    def policy(self) -> str | None:
        """A page's Content-Security-Policy: it names the style that the page was stored with."""
        if not self.media_type.startswith("text/html"):
            return None
        return content_security_policy(style=style_source(self.body), framed_by_anybody=True)

    @property
    def size(self) -> int:
        return len(self.body) + len(self.gzip) + len(self.br) + 500


HEAD = """
SELECT p.tenant_id, t.slug AS tenant_slug, p.id AS notice_id, p.slug, p.default_language, p.controller_ids, p.schedule, p.changed_at,
       coalesce(p.former_slugs, '{}') AS former_slugs, p.withdrawal, p.succession, p.face, p.look
FROM publications p JOIN tenants t ON t.id = p.tenant_id
"""


def finding(tenant_id: UUID | None, notice_id: UUID | None) -> str:
    """By ids where the names are such, else by slugs. Ways that are joined by OR would each be walked through all notices."""
    whose = HEAD + ("WHERE t.id = $1" if tenant_id else "WHERE t.slug = $1")
    if notice_id:
        return f"{whose} AND p.id = $2"
    # Looked for only where nobody is called so today; no other notice of the tenant ever was.
    return f"{whose} AND p.slug = $2 UNION ALL {whose} AND p.former_slugs @> ARRAY[$2] LIMIT 1"


def head_of(row: Any) -> Head:
    told = {
        "schedule": list[Scheduled],
        "withdrawal": Fate | None,
        "succession": Succession | None,
        "face": Face | None,
        "look": Look | None,
    }
    return Head(**{**row, **{name: msgspec.json.decode(row[name] or "null", type=kind) for name, kind in told.items()}})
