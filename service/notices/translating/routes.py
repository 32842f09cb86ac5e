"""How each language of a draft stands against the default one."""

import asyncio

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.guarding import requires
from service.notices import drafting
from service.notices.snapshotting import snapshots
from service.notices.translating.drifting import Drift, drift
from service.notices.translating.tracking import TranslatedSection, in_step
from service.notices.variables import resolve
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope


class Translation(msgspec.Struct):
    """One language: section by section, and what of it says something else than the default language."""

    language: str
    sections: list[TranslatedSection]
    drift: list[Drift]


class Translations(msgspec.Struct):
    default_language: str
    languages: list[Translation]


@get(
    drafting.PATH + "/translations",
    operation_id="readTranslations",
    summary="How the draft's languages stand",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def read_translations(acting: NamedDependency[Acting], notice: FromPath[str]) -> Response[Translations]:
    """Which sections are behind the default language, with what changed there since they were last touched; and what stands in
    one language and not in the other: a phone number, a date, an age."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await drafting.find(db, acting.tenant_id, notice)
        controllers = await snapshots(db, acting.tenant_id, row["controller_ids"])
    default, bases, written = row["default_language"], drafting.bases_of(row), drafting.content_of(row)

    def told() -> Translations:
        shown = resolve(written, controllers).content
        return Translations(
            default,
            [
                Translation(language, in_step(written, bases, language, default), drift(shown, [default, language], default))
                for language in row["languages"]
                if language != default
            ],
        )

    return Response(await asyncio.to_thread(told), headers={"etag": f'"{row["revision"]}"', "cache-control": "no-store"})
