"""What to copy into a site so that it shows a notice: one snippet for each way and language, with what its policy must allow."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import escape
from msgspec import Meta

from service.guarding import requires
from service.hosting.embedding.serving import INTEGRITY, NEWEST, PINNED
from service.hosting.embedding.unfurling import HEIGHT, frame
from service.notices.describing import find
from service.notices.routes import PATH
from tenants.acting import acting_for
from tenants.callers import Acting
from tenants.scopes import Scope

Way = Literal["element", "pinned", "script", "dialog", "history", "frame", "iframe", "link", "server_side", "oembed"]


class Snippet(msgspec.Struct):
    way: Way
    language: str
    about: Annotated[str, Meta(description="What it does and when it suits, in English.")]
    code: Annotated[str, Meta(description="To copy as it is.")]
    content_security_policy: Annotated[
        dict[str, list[str]], Meta(description="Sources that the site's own policy must allow, by directive. Empty: nothing.")
    ]


class EmbedScript(msgspec.Struct):
    evergreen: Annotated[str, Meta(description="Kept up to date; takes no `integrity`.")]
    pinned: Annotated[str, Meta(description="These bytes for ever.")]
    integrity: Annotated[str, Meta(description="Of the pinned one.")]


class Embedding(msgspec.Struct):
    notice: Annotated[str, Meta(description="`tenant/notice`")]
    published: Annotated[bool, Meta(description="False: the snippets show nothing yet.")]
    script: EmbedScript
    snippets: list[Snippet]


@get(
    PATH + "/{notice:str}/embed",
    operation_id="getEmbedding",
    summary="Snippets that show the notice on other sites",
    tags=["Notices"],
    **requires(Scope.notices_read),
)
async def get_embedding(acting: NamedDependency[Acting], notice: FromPath[str], state: State) -> Embedding:
    """For each language of the notice, ready to copy."""
    async with acting_for(acting.tenant_id, read_only=True) as db:
        row = await find(db, acting.tenant_id, notice)
        published = await db.fetchval("SELECT true FROM publications WHERE tenant_id = $1 AND id = $2", acting.tenant_id, row["id"])
    origin, name = state.settings.public_origin, f"{acting.tenant_slug}/{row['slug']}"
    titles = msgspec.json.decode(row["title"])
    snippets = [
        one for code in row["languages"] for one in _snippets(origin, name, code, titles.get(code) or titles[row["default_language"]])
    ]
    script = EmbedScript(f"{origin}/embed/{NEWEST}", f"{origin}/embed/{PINNED}", INTEGRITY)
    return Embedding(name, bool(published), script, snippets)


def _snippets(origin: str, notice: str, language: str, title: str) -> list[Snippet]:
    given = {
        "origin": origin,
        "notice": notice,
        "lang": language,
        "title": title,
        "script": f"{origin}/embed/{NEWEST}",
        "pinned": f"{origin}/embed/{PINNED}",
        "integrity": INTEGRITY,
        "page": f"{origin}/n/{notice}/{language}",
        "history": f"{origin}/n/{notice}/history/{language}",
        "fragment": f"{origin}/n/{notice}/{language}.fragment.html",
    }
    values = {name: escape(value) for name, value in given.items()}

    def snippet(way: Way, about: str, template: str, **policy: list[str]) -> Snippet:
        directives = {name.replace("_", "-"): sources for name, sources in policy.items()}
        return Snippet(way, language, about, template.format(**values), directives)

    by_script = {"script_src": [origin], "connect_src": [origin]}
    framed = f"{origin}/embed/frame?notice={notice}&lang={language}"
    return [
        snippet("element", "Shows the notice where the element stands, in the page's own font and colours.", _ELEMENT, **by_script),
        snippet(
            "pinned",
            "The same with a script that never changes and whose hash the browser checks.",
            _PINNED,
            script_src=[f"'{INTEGRITY}'"],
            connect_src=[origin],
        ),
        snippet("script", "Shows the notice where the script stands; one tag and no element.", _SCRIPT, **by_script),
        snippet("dialog", "A link that opens the notice over the page.", _DIALOG, **by_script),
        snippet("history", "Every version of the notice, with what changed.", _HISTORY, **by_script),
        snippet(
            "frame",
            "In a frame as high as the notice, in the look of the hosted page.",
            _FRAME,
            script_src=[origin],
            frame_src=[origin],
        ),
        Snippet(
            "iframe",
            language,
            "In a frame of a fixed height, without any script on your page.",
            frame(framed, title, "100%", HEIGHT),
            {"frame-src": [origin]},
        ),
        snippet("link", "A plain link, for a footer.", _LINK),
        snippet(
            "server_side",
            "Fetched by your server or your build and put into the page as it is: no script, no request by your visitors. Run it "
            "regularly; it asks for changes only, and keeps the last good copy when we are away. An answer of 410 or 451 means that "
            "the notice was withdrawn or its text taken down: then remove the copy, as the examples for PHP, Next.js and Python do.",
            _SERVER_SIDE,
        ),
        snippet("oembed", "For editors that know oEmbed: paste this address.", "{page}"),
    ]


_ELEMENT = """<privacy-notice notice="{notice}" lang="{lang}"><a href="{page}">{title}</a></privacy-notice>
<script src="{script}" async></script>"""
_PINNED = """<privacy-notice notice="{notice}" lang="{lang}"><a href="{page}">{title}</a></privacy-notice>
<script src="{pinned}" integrity="{integrity}" crossorigin async></script>"""
_SCRIPT = """<script src="{script}" data-notice="{notice}" data-lang="{lang}" async></script>
<noscript><a href="{page}">{title}</a></noscript>"""
_DIALOG = """<privacy-notice notice="{notice}" lang="{lang}" mode="dialog"><a href="{page}">{title}</a></privacy-notice>
<script src="{script}" async></script>"""
_HISTORY = """<privacy-notice notice="{notice}" lang="{lang}" show="history"><a href="{history}">{title}</a></privacy-notice>
<script src="{script}" async></script>"""
_FRAME = """<privacy-notice notice="{notice}" lang="{lang}" mode="frame"><a href="{page}">{title}</a></privacy-notice>
<script src="{script}" async></script>"""
_LINK = """<a href="{page}" rel="privacy-policy">{title}</a>"""
_SERVER_SIDE = """curl --fail --location --silent --show-error --max-time 20 --etag-compare notice.etag --etag-save notice.etag \\
  --output notice.html.new {fragment} && [ -s notice.html.new ] && sed 's|href="/|href="{origin}/|g' notice.html.new > notice.html"""
