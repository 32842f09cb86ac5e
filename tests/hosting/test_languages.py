"""Which language a reader gets, what is said of it, and our own words around a notice in any language."""

from datetime import UTC, date, datetime

import httpx
import pytest

from service import languages
from service.languages import negotiate
from tests.cast import Cast, controller, write
from tests.hosting.examples import KEYS, SHOP

WANTED = [
    ("sv", "sv"),
    ("sv-FI", "sv"),
    ("SV-fi", "sv"),
    ("sv-Latn-FI", "sv"),
    ("en-US,en;q=0.9", "en"),
    ("de, sv;q=0.3, en;q=0.7", "en"),
    ("sv;q=0.3,en;q=0.3", "sv"),
    ("en;Q=0.2, sv;q=0.8", "sv"),
    (" en ; q=1 ", "en"),
    ("de, fr", "fi"),
    ("*", "fi"),
    ("de, *;q=0.1", "fi"),
    ("en, *", "en"),
    ("fi;q=0, *", "sv"),
    ("fi;q=0.1, *", "sv"),
    ("fi;q=0, sv;q=0, *", "en"),
    ("sv;q=0", "fi"),
    ("sv;q=0, en", "en"),
    ("sv;q=-1, en;q=0.1", "en"),
    ("sv;q=nan", "fi"),
    ("sv;q=", "fi"),
    ("", "fi"),
    (",,,", "fi"),
    (";q=1", "fi"),
    ("-", "fi"),
    ("svenska", "fi"),
    ("\x00", "fi"),
    ("sv" * 3000, "fi"),
    ("de," * 49 + "sv", "sv"),
]


@pytest.mark.parametrize(("accepted", "given"), WANTED)
def test_negotiation_never_fails_and_follows_the_readers_order(accepted: str, given: str) -> None:
    assert negotiate(accepted, ["fi", "sv", "en"], "fi") == given


def test_without_a_wish_the_default_is_given() -> None:
    assert negotiate(None, ["sv", "fi"], "sv") == "sv"


@pytest.mark.parametrize(
    ("accepted", "given"), [("sv-FI", "sv"), ("de, en;q=0.5, sv;q=0.4", "en"), ("de", "fi"), ("*", "fi"), ("%;q", "fi")]
)
@pytest.mark.parametrize("leaf", ["", ".json", ".md", ".fragment.html", "/history", "/history.fragment.html"])
def test_the_reader_gets_the_language_that_suits_best(public: httpx.Client, leaf: str, accepted: str, given: str) -> None:
    answer = public.get(SHOP + leaf, headers={"accept-language": accepted})
    assert answer.headers["content-language"] == given
    assert "Accept-Language" in answer.headers["vary"]


def test_a_named_language_is_given_whatever_the_reader_accepts(public: httpx.Client) -> None:
    answer = public.get(f"{SHOP}/en", headers={"accept-language": "fi"})
    assert answer.headers["content-language"] == "en"
    assert "Accept-Language" not in answer.headers["vary"]


def test_a_notice_in_one_language_is_given_in_that(public: httpx.Client) -> None:
    assert public.get(KEYS, headers={"accept-language": "sv, en"}).headers["content-language"] == "fi"


@pytest.mark.parametrize(("language", "words"), [("fi", "Sisällys"), ("sv", "Innehåll"), ("en", "Contents")])
def test_a_page_speaks_its_language_and_offers_the_others(public: httpx.Client, language: str, words: str) -> None:
    page = public.get(f"{SHOP}/{language}").text
    assert f'<html lang="{language}" dir="ltr">' in page
    assert words in page
    for code, name in (("fi", "Suomi"), ("sv", "Svenska"), ("en", "English")):
        if code == language:
            assert f'<span aria-current="page" lang="{code}">{name}</span>' in page
        else:
            assert f'<a href="{SHOP}/{code}" hreflang="{code}" lang="{code}">{name}</a>' in page
        assert f'<link rel="alternate" hreflang="{code}" href="{SHOP}/{code}">' in page


def test_a_notice_may_be_in_a_language_that_we_do_not_speak(public: httpx.Client, cast: Cast) -> None:
    """Around Arabic text our words are English, the page runs from right to left, and Northern Sámi is as good a language."""
    made = controller(cast.alice)
    data = {"slug": "arabic", "title": {"ar": "إشعار"}, "default_language": "ar", "languages": ["ar", "se"], "controller_ids": [made["id"]]}
    assert cast.alice.post("/notices", data).status_code == 201
    section = {"id": "controller", "heading": {"ar": "المتحكم", "se": "Dieđut"}, "body": {"ar": "نص", "se": "Teaksta"}}
    assert write(cast.alice, "arabic", {"title": {"ar": "إشعار", "se": "Diehtu"}, "sections": [section]}).status_code == 200
    noted = cast.alice.post("/notices/arabic/versions", {"change_note": {"ar": "الأول"}, "significance": "material"})
    assert noted.status_code == 201, noted.text
    page = public.get("/n/acme/arabic", headers={"accept-language": "ar"})
    assert '<html lang="ar" dir="rtl">' in page.text
    assert "In force from" in page.text
    assert page.headers["content-language"] == "ar"
    assert 'lang="se" dir="ltr"' in public.get("/n/acme/arabic/se.fragment.html").text
    assert "Davvisámegiella" in public.get("/n/acme/arabic/se").text


def test_dates_are_written_as_people_write_them() -> None:
    day = date(2026, 12, 1)
    assert [languages.long_date(day, code) for code in ("fi", "sv", "en")] == ["1. joulukuuta 2026", "1 december 2026", "1 December 2026"]
    assert languages.long_date(day, "ar") == "1 December 2026"
    at = datetime(2026, 7, 1, 21, 30, tzinfo=UTC)
    assert languages.long_time(at, "fi", "Europe/Helsinki") == "2. heinäkuuta 2026, 0.30 (EEST)"


def test_a_language_is_known_by_its_code() -> None:
    codes = ("fi", "se", "smn", "xx", "FI", "fi-FI", "f", "", "../")
    assert [code for code in codes if languages.is_known(code)] == ["fi", "se", "smn"]
