"""The Atom feed of a notice's history: by the schema of RFC 4287, by a feed parser, and as a subscriber lives with it."""

import time
from datetime import datetime
from pathlib import Path
from typing import Any

import feedparser
import httpx
import pytest
from lxml import etree

from tests.cast import Cast, controller, notice, publish, published, write
from tests.hosting.examples import GROUP, KEYS, SHOP, TABLES
from tests.house import House, wait_for
from tests.notices.lifecycle.acts import AHEAD, act, done, draft, edition
from tests.notices.lifecycle.test_redacting import REASON, redacted

SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).parent / "atom.rng"))
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def valid(answer: httpx.Response) -> etree._Element:
    """The feed, when it is one: by the schema, and by the two rules that the schema cannot say."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml"
    document = etree.fromstring(answer.content)
    SCHEMA.assertValid(document)
    for entry in document.findall("a:entry", ATOM):
        assert entry.xpath("a:link[@rel='alternate'] | a:content", namespaces=ATOM)
    assert document.findall("a:author", ATOM)
    ids = document.xpath("//a:id/text()", namespaces=ATOM)
    assert len(ids) == len(set(ids))
    assert all(name.startswith("urn:uuid:") for name in ids)
    return document


def parsed(answer: httpx.Response) -> Any:
    valid(answer)
    made = feedparser.parse(answer.content, response_headers={"content-location": str(answer.request.url), **answer.headers})
    assert not made.bozo, made.get("bozo_exception")
    assert made.version == "atom10"
    return made


def test_the_schema_refuses_what_is_no_feed() -> None:
    good = '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:x</id><title>t</title><updated>2026-01-01T00:00:00Z</updated></feed>'
    assert SCHEMA.validate(etree.fromstring(good))
    for old, new in (
        ("<id>urn:x</id>", ""),
        ("<title>t</title>", "<title>t</title><title>t</title>"),
        ("2026-01-01T00:00:00Z", "yesterday"),
        ("<title>", '<title type="markdown">'),
        ("</feed>", '<link rel="self"/></feed>'),
        ("</feed>", "<entry><id>urn:y</id></entry></feed>"),
        ("<feed ", '<feed xml:lang="not a language" '),
        ("</feed>", "<surprise/></feed>"),
    ):
        assert not SCHEMA.validate(etree.fromstring(good.replace(old, new))), new


@pytest.mark.parametrize("base", [SHOP, KEYS, GROUP, TABLES])
def test_every_language_has_a_valid_feed_of_every_version(public: httpx.Client, base: str) -> None:
    history = public.get(f"{base}/history.json").json()["versions"]
    for language in history[0]["languages"]:
        answer = public.get(f"{base}/history/{language}.atom")
        negotiated = public.get(f"{base}/history.atom", headers={"accept-language": language})
        assert negotiated.content == answer.content
        assert negotiated.headers["vary"] == "Accept-Language, Accept-Encoding"
        assert answer.headers["content-language"] == language
        assert answer.headers["cache-control"] == "public, max-age=0, stale-if-error=604800"
        feed = parsed(answer)
        assert feed.feed.language == language
        assert [author.name for author in feed.feed.authors] == [
            controller["name"] for controller in public.get(f"{base}/{language}.json").json()["controllers"]
        ]
        origin = str(public.base_url).rstrip("/")
        links = {link.rel: link.href for link in feed.feed.links}
        assert links["self"] == f"{origin}{base}/history/{language}.atom"
        assert links["alternate"] == f"{origin}{base}/history/{language}"
        assert links["latest-version"] == origin + base
        for entry in feed.entries:
            for link in entry.links:
                assert public.get(link.href).status_code == 200, link.href
        assert len(feed.entries) == len(history)


def test_an_entry_tells_what_changed_and_leads_to_the_version_and_the_comparison(public: httpx.Client) -> None:
    feed = parsed(public.get(f"{KEYS}/history/fi.atom"))
    history = {version["number"]: version for version in public.get(f"{KEYS}/history.json").json()["versions"]}
    by_number = {int(entry.link.split("/v/")[1].split("/")[0]): entry for entry in feed.entries}
    assert set(by_number) == {1, 2, 3, 4}
    for number, entry in by_number.items():
        version = history[number]
        assert entry.title.startswith(f"Versio {number}. Voimassa ")
        assert version["change_note"]["fi"] in entry.summary
        assert entry.published == entry.updated == version["published_at"]
        assert [tag.term for tag in entry.tags] == [version["significance"]]
        links = {link.rel: link.href.split(KEYS)[1] for link in entry.links}
        assert links["alternate"] == f"/v/{number}/fi"
        assert links.get("related") == (f"/diff/{number - 1}...{number}/fi" if number > 1 else None)
        assert links.get("predecessor-version") == (f"/v/{number - 1}/fi" if number > 1 else None)
    assert feed.feed.updated == max(entry.updated for entry in feed.entries)
    assert [entry.updated for entry in feed.entries] == sorted((entry.updated for entry in feed.entries), reverse=True)


def test_a_subscriber_hears_each_thing_once_and_nothing_while_nothing_happens(public: httpx.Client, cast: Cast, house: House) -> None:
    slug, _ = published(cast.alice)
    base = f"/n/acme/{slug}"
    url = f"{base}/history/fi.atom"
    first = wait_for(lambda: (answer := public.get(url)).status_code == 200 and answer)
    time.sleep(1.1)
    assert public.get(url).content == first.content, "no time in it is the time of asking"
    assert public.get(url, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    known = entries(first)
    edition(cast.alice, slug, "Toinen.")
    edition(cast.alice, slug, "Tuleva.", effective_from=AHEAD.isoformat())
    second = wait_for(lambda: len(entries(answer := public.get(url))) == 3 and answer)
    assert entries(second).items() >= known.items(), "what was told stays as it was"
    assert any("Nyt: Tuleva." in text for text in entries(second).values())
    done(act(cast.alice, slug, "versions/3/recall", {"reason": {"fi": "Lykättiin."}}))
    third = wait_for(lambda: "Lykättiin." in (answer := public.get(url)).text and answer)
    assert set(entries(third)) == set(entries(second))
    assert parsed(third).feed.updated > parsed(second).feed.updated
    redacted(house, slug, 2)
    fourth = wait_for(lambda: REASON in (answer := public.get(url)).text and answer)
    gone = next(entry for entry in parsed(fourth).entries if REASON in entry.summary)
    assert "Toinen" not in fourth.text
    assert gone.link.endswith(f"{base}/history/fi")
    assert [link.rel for link in gone.links] == ["alternate"]
    done(act(cast.alice, slug, "withdrawal", {"reason": {"fi": "Ei enää."}}))
    fifth = wait_for(lambda: len(entries(answer := public.get(url))) == 4 and answer)
    told = parsed(fifth).entries[0]
    assert told.title.startswith("Rekisterinpitäjä on vetänyt selosteen pois ")
    assert "Ei enää." in told.summary
    new = f"{slug}-uusi"
    done(act(cast.alice, slug, "slug", {"slug": new}))
    wait_for(lambda: public.get(url).status_code == 301)
    sixth = public.get(url, follow_redirects=True)
    assert set(entries(sixth)) == set(entries(fifth)), "ids outlive the address"
    assert parsed(sixth).feed.id == parsed(first).feed.id


def entries(answer: httpx.Response) -> dict[str, str]:
    """Each entry's text by its id."""
    return {entry.id: entry.title + entry.summary + entry.updated for entry in parsed(answer).entries}


def test_where_nothing_can_be_read_any_more_there_is_a_feed_all_the_same(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    assert publish(cast.alice, slug, effective_from=AHEAD.isoformat()).status_code == 201
    done(act(cast.alice, slug, "versions/1/recall"))
    feed = wait_for(lambda: (answer := public.get(f"/n/acme/{slug}/history.atom")).status_code == 200 and parsed(answer))
    assert [author.name for author in feed.feed.authors] == ["Acme Oy"]
    assert len(feed.entries) == 1


def test_a_note_in_another_language_is_marked_and_hostile_text_stays_text(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice, name='Älä & <Pelkää> "Oy"')["id"])
    nasty = "]]><script>alert(1)</script> & \ufffe\uffff"
    assert write(cast.alice, slug, draft("x", title='<b onclick="x">Seloste</b> & muut')).status_code == 200
    assert publish(cast.alice, slug, nasty).status_code == 201
    answer = wait_for(lambda: (found := public.get(f"/n/acme/{slug}/history/en.atom")).status_code == 200 and found)
    document = valid(answer)
    assert document.findtext("a:author/a:name", namespaces=ATOM) == 'Älä & <Pelkää> "Oy"'
    assert document.findtext("a:title", namespaces=ATOM) == 'History: <b onclick="x">Seloste</b> & muut (en)'
    summary = document.findtext("a:entry/a:summary", namespaces=ATOM)
    assert summary == '<p lang="fi">]]&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; </p>'
    assert datetime.fromisoformat(document.findtext("a:updated", namespaces=ATOM)).utcoffset() is not None


def test_languages_and_forms_that_are_not_there(public: httpx.Client, cast: Cast) -> None:
    for leaf in ("history/sv.atom", "history/xx.atom", "history.md", "history/fi.md", "history/.atom", "fi.atom", "v/1/fi.atom"):
        assert public.get(f"{KEYS}/{leaf}").status_code == 404, leaf
    assert public.get("/n/acme/unknown/history.atom").status_code == 404


def test_pages_name_the_feed(public: httpx.Client) -> None:
    for page in ("/sv", "/history/sv"):
        assert f'<link rel="alternate" type="application/atom+xml" title="Beskrivningens historik" href="{SHOP}/history/sv.atom">' in (
            public.get(SHOP + page).text
        )
