"""Every string, kept and published by the real service, opened in Chromium with traps: none runs, and nothing is there that could.

Where a page of ours has a policy it must have nothing to do; where a fragment stands in a foreign page there is none."""

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

import httpx
import pytest
from markdown_it import MarkdownIt
from playwright.sync_api import Browser

from service.notices.markdown import to_html
from tests.cast import Cast, Player, controller, notice
from tests.hosting.conftest import Site
from tests.house import House
from tests.notices.hostile import planting
from tests.notices.hostile.carrying import PROVOKED
from tests.notices.hostile.evading import Evasion, evasions
from tests.notices.hostile.trapping import EMBEDDED, PAGE, TEXT, Trapped, trapped

IN_MARKDOWN = ("address in Markdown", "breakout", "structure")


@pytest.fixture(scope="module")
def company(cast: Cast) -> Player:
    return cast.company()


@pytest.fixture(scope="module", params=["HTML", "Markdown"])
def planted(company: Player, request: pytest.FixtureRequest) -> str:
    """A notice that holds the strings of one language, everywhere; its public path."""
    return planting.planted(company, [one for one in evasions() if (one.technique in IN_MARKDOWN) == (request.param == "Markdown")])


def test_the_traps_hold_where_nothing_is_done_against_them(site: Site, browser: Browser) -> None:
    """So that silence in the other tests means something."""
    url = site.page(f"<script>const docs = {json.dumps(_as_they_are(evasions()[::9])).replace('<', chr(92) + 'u003c')};{_FRAMED}</script>")
    with trapped(browser, url, site.url) as seen:
        seen.page.evaluate(_POKED, [name.removeprefix("on") for name in PROVOKED])
        acted = {*seen.ran, *re.findall(r"trap(?:\(|%28)(\d+)", " ".join(seen.asked))}
    assert len(acted) > 40


def _as_they_are(given: tuple[Evasion, ...]) -> list[str]:
    """As a page shows them that trusts whoever writes."""
    trusting = MarkdownIt("commonmark", {"html": True}).enable("table")
    trusting.validateLink = trusting.normalizeLink = lambda url: url  # type: ignore[method-assign, assignment, return-value]
    return [trusting.render(evasion.text) if evasion.technique in IN_MARKDOWN else evasion.text for evasion in given]


_FRAMED = "for (const text of docs) { const frame = document.createElement('iframe'); frame.srcdoc = text; document.body.append(frame); }"
_POKED = """
async (events) => {
  for (const { contentWindow: inside, contentDocument: page } of document.querySelectorAll("iframe")) {
    for (const element of page ? page.querySelectorAll("*") : []) {
      for (const name of events) element.dispatchEvent(new inside.Event(name));
    }
    for (const link of page ? page.querySelectorAll("a, area, button, input") : []) {
      link.dispatchEvent(new inside.MouseEvent("click", { bubbles: true, cancelable: true }));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
}
"""


def test_each_by_itself_in_a_page_without_a_policy(site: Site, browser: Browser) -> None:
    """As a draft's preview is shown, by innerHTML; and written and read again, as an editor does."""
    shown = [to_html(evasion.text, headings_from=3) for evasion in evasions()]
    quoted = json.dumps(shown).replace("<", "\\u003c")
    with trapped(browser, site.page(f"<div id=all data-ours></div><script data-ours>const shown = {quoted}</script>"), site.url) as seen:
        seen.page.evaluate(
            """() => {
              for (const text of shown) {
                const box = document.createElement("div");
                all.append(box);
                for (let time = 0; time < 3; time++) box.innerHTML = time ? box.innerHTML : text;
              }
            }"""
        )
        assert seen.page.locator("#all > div").count() == len(shown)
        seen.provoke()
        assert seen.is_quiet()
        assert seen.only_holds_what_we_make(TEXT)


@pytest.mark.parametrize("leaf", ["fi", "v/1/fi", "history/fi", "diff/1...2/fi"])
def test_a_page_of_ours_is_clean_and_its_policy_has_nothing_to_do(house: House, planted: str, browser: Browser, leaf: str) -> None:
    with trapped(browser, f"{house.url}{planted}/{leaf}", house.url) as seen:
        _is_harmless(seen)


@pytest.mark.parametrize("leaf", ["fi", "v/3/fi", "fi.fragment.html", "history/fi.fragment.html", "diff/1...2/fi"])
def test_a_page_of_ours_is_clean_without_its_policy(house: House, planted: str, browser: Browser, leaf: str) -> None:
    with trapped(browser, f"{house.url}{planted}/{leaf}", house.url, bypass_csp=True) as seen:
        _is_harmless(seen)


def test_data_and_form_do_nothing_when_they_are_opened(house: House, planted: str, browser: Browser) -> None:
    for leaf in ("fi.json", "fi.md", "history.json", "v/1/canonical.json", "diff/1...2/fi.json", "fi.tilt.json", "request"):
        with trapped(browser, f"{house.url}{planted}/{leaf}", house.url, bypass_csp=True) as seen:
            assert seen.page.locator("script, img, iframe, object, embed, svg, base").count() == 0
            assert seen.is_quiet()


@pytest.mark.parametrize("media_type", planting.DOCUMENTS)
def test_an_imported_document_does_nothing(house: House, company: Player, site: Site, browser: Browser, media_type: str) -> None:
    # A third of the strings for each kind, turn by turn; the tests of single strings read all of them as each kind of text.
    third = evasions()[list(planting.DOCUMENTS).index(media_type) % 3 :: 3]
    path = planting.imported(company, controller(company)["id"], planting.DOCUMENTS[media_type](third), media_type)
    _check_imported(f"{house.url}{path}", site, browser)


def test_an_imported_pdf_does_nothing(house: House, company: Player, site: Site, browser: Browser) -> None:
    page = browser.new_page()
    links = "".join(f'<p><a href="javascript:{code}">{code}</a></p>' for code in ("trap(1)", "trap(2)"))
    page.set_content(planting.as_html([one.text for one in evasions()[1::4]], live=False) + links, wait_until="load")
    path = planting.imported(company, controller(company)["id"], page.pdf(), "application/pdf")
    page.close()
    _check_imported(f"{house.url}{path}", site, browser)


def _check_imported(url: str, site: Site, browser: Browser) -> None:
    with trapped(browser, f"{url}/fi", url.partition("/n/")[0], bypass_csp=True) as seen:
        assert "trap(" in seen.page.inner_text("main")
        _is_harmless(seen)
    with trapped(browser, site.page(httpx.get(f"{url}/fi.fragment.html").text), site.url) as seen:
        _is_harmless(seen, TEXT)


def test_embedded_by_script_in_a_foreign_page(house: House, planted: str, site: Site, browser: Browser) -> None:
    path = planted.removeprefix("/n/")
    url = site.page(f'<script data-ours src="{house.url}/embed/v1.js" data-notice="{path}" data-lang="fi"></script>')
    with trapped(browser, url, house.url, site.url) as seen:
        seen.page.locator("article h2").first.wait_for()
        _is_harmless(seen, EMBEDDED)


def test_embedded_as_an_element_in_a_foreign_page(house: House, planted: str, site: Site, browser: Browser) -> None:
    path = planted.removeprefix("/n/")
    element = f'<privacy-notice data-ours notice="{path}" lang="fi">Seloste</privacy-notice>'
    with trapped(browser, site.page(f'{element}<script data-ours src="{house.url}/embed/v1.js"></script>'), house.url, site.url) as seen:
        seen.page.locator("article h2").first.wait_for()
        _is_harmless(seen, TEXT)


# Where a page of somebody else puts the fragment: in its body, in quirks mode, in elements that read their content in their own way.
INCLUDED = {
    "plain": "{}",
    "table cell": "<table><tr><td>{}</td></tr></table>",
    "list": "<ul><li>{}</li></ul>",
    "button": "<div><b><i>{}</i></b></div>",
    "foreign object": "<svg data-ours><foreignObject data-ours>{}</foreignObject></svg>",
}


@pytest.mark.parametrize("place", INCLUDED)
def test_included_on_the_server_in_a_foreign_page(house: House, planted: str, site: Site, browser: Browser, place: str) -> None:
    fragment = httpx.get(f"{house.url}{planted}/fi.fragment.html").text
    with trapped(browser, site.page(INCLUDED[place].replace("{}", fragment)), site.url) as seen:
        _is_harmless(seen, [*TEXT, "b", "i"])


def test_a_previewed_draft_written_into_a_page(company: Player, planted: str, site: Site, browser: Browser) -> None:
    slug = planted.rpartition("/")[2]
    preview = company.get(f"/notices/{slug}/draft/preview").json()
    quoted = json.dumps("".join(section["html"] for section in preview["sections"])).replace("<", "\\u003c")
    written = f"<div id=all data-ours></div><script data-ours>all.innerHTML = {quoted}; all.innerHTML = all.innerHTML</script>"
    with trapped(browser, site.page(written), site.url) as seen:
        _is_harmless(seen, TEXT)


def test_an_exported_page_opened_from_disk(house: House, company: Player, planted: str, site: Site, browser: Browser) -> None:
    slug = planted.rpartition("/")[2]
    exported = company.get(f"/notices/{slug}/versions/2/export?format=html")
    assert exported.status_code == 200, exported.text
    site.answers["/exported.html"] = (200, {"content-type": "text/html"}, exported.content)
    with trapped(browser, f"{site.url}/exported.html", site.url, house.url) as seen:
        _is_harmless(seen)


def test_the_page_of_a_withdrawn_notice_tells_its_reason_and_no_more(house: House, company: Player, browser: Browser) -> None:
    lines = planting.accepted(evasions(), lines=False)
    path = planting.imported(company, controller(company)["id"], b"Tietosuojaseloste\n\nTeksti.", "text/plain")
    slug = path.rpartition("/")[2]
    for start in (0, 400, 800, 1200):
        assert company.post(f"/notices/{slug}/withdrawal", {"reason": {"fi": planting.packed(lines, 1900, start)}}).status_code == 200
        with trapped(browser, f"{house.url}{path}/fi", house.url, bypass_csp=True) as seen:
            assert "trap(" in seen.page.inner_text("main")
            seen.complaints = [said for said in seen.complaints if "410" not in said]
            _is_harmless(seen)
        assert company.api.delete(f"{company.path}/notices/{slug}/withdrawal").status_code in (200, 204)


def test_an_address_that_acts_is_not_shown_as_markup(public: httpx.Client, company: Player) -> None:
    for text in planting.accepted(evasions()[::25], lines=False):
        name = quote(text, safe="")
        for path in (f"/n/{name}/{name}/fi", f"/n/{company.slug}/{name}", f"/intake/requests/{name}", f"/{name}", f"/intake?notice={name}"):
            answer = public.get(path, headers={"accept": "text/html"})
            assert answer.status_code < 500
            assert "<" not in text or text not in answer.text


def test_names_in_addresses_cannot_act(company: Player) -> None:
    owner = controller(company)["id"]
    for text in planting.accepted(evasions()[::40], lines=False):
        new = {"slug": text, "title": {"fi": "x"}, "default_language": "fi", "languages": ["fi"], "controller_ids": [owner]}
        assert company.post("/notices", new).status_code == 422
        assert company.post("/notices", {**new, "slug": "good-one", "languages": ["fi", text]}).status_code == 422
        for field in ({"email": text}, {"business_id": text}, {"country": text}, {"time_zone": text}):
            assert company.post("/controllers", {"name": "x", **field}).status_code == 422, field
        section = {"id": text, "heading": {"fi": "x"}, "body": {"fi": "x"}}
        assert planting.put(company, notice(company, owner), {"title": {"fi": "x"}, "sections": [section]}).status_code == 422


def _is_harmless(seen: Trapped, tags: Sequence[str] = PAGE) -> None:
    assert seen.is_quiet()
    assert seen.only_holds_what_we_make(tags)
    clicked = seen.provoke()
    assert seen.is_quiet()
    assert [link for link in clicked if not re.match(r"https:|http://(127\.0\.0\.1|localhost):\d+/|mailto:|tel:|/n/|#", link)] == []
