"""What changed between two versions: by section, then by block, then by word; as data and as a page that can be heard."""

import asyncio
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Unavailable
from service.hosting.copies import Copies
from service.hosting.heads import Copy, Head
from service.notices.comparing.aligning import Run, align
from service.notices.comparing.comparing import BlockChange, SectionChange, Span, Text, compare, words
from service.notices.markdown import Block, to_blocks
from tests.cast import Cast, Player, controller, notice, publish, write
from tests.hosting.examples import KEYS, SHOP
from tests.house import wait_for

PIECES = st.sampled_from(["tieto", "data", "sähköposti", " ", "  ", "\n", ", ", ". ", "-", "*", "1", "₂", "👩‍🚒", "ä", "a\u0308", "\xa0"])
TEXTS = st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=30)
BLOCKS = st.sampled_from(
    [
        "Tieto säilyy vuoden.",
        "Tieto säilyy kaksi vuotta.",
        "- yksi\n- kaksi",
        "- yksi\n- kolme",
        "### Väliotsikko",
        "| a | b |\n|-|-|\n| 1 | 2 |",
        "```\nkoodi\n```",
    ]
)
BODIES = st.lists(BLOCKS, max_size=6).map("\n\n".join)


def earlier(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans if span.op != "insert")


def later(spans: Sequence[Span]) -> str:
    return "".join(span.text for span in spans if span.op != "delete")


@given(TEXTS, TEXTS)
def test_the_spans_hold_both_texts_to_the_letter(a: str, b: str) -> None:
    spans = words(a, b)
    assert (earlier(spans), later(spans)) == (a, b)
    assert all(span.text for span in spans)
    assert all(one.op != other.op for one, other in pairwise(spans))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert all(span.op == "equal" for span in words(text, text))


@given(BODIES, BODIES)
def test_the_blocks_hold_both_texts_in_their_order(a: str, b: str) -> None:
    [section] = compare([Text("one", "Otsikko", a)], [Text("one", "Otsikko", b)])
    assert [earlier(block.spans) for block in section.blocks if block.change != "added"] == [block.text for block in to_blocks(a)]
    assert [later(block.spans) for block in section.blocks if block.change != "removed"] == [block.text for block in to_blocks(b)]
    if to_blocks(a) == to_blocks(b):
        assert section.change == "unchanged"


IDS = st.lists(st.sampled_from("abcdefg"), unique=True, max_size=7)


@given(IDS, IDS)
def test_every_section_of_both_is_told_once(a: list[str], b: list[str]) -> None:
    changes = compare([Text(one, one, one) for one in a], [Text(one, one, one) for one in b])
    assert sorted(change.id for change in changes) == sorted({*a, *b})
    assert [change.id for change in changes if change.change != "removed"] == b
    assert {change.id for change in changes if change.change == "removed"} == {*a} - {*b}
    assert {change.id for change in changes if change.change == "added"} == {*b} - {*a}
    kept = [change.id for change in changes if change.change == "unchanged"]
    assert kept == [one for one in a if one in kept], "what has not moved stands in its old order"


@given(
    st.lists(st.tuples(st.sampled_from("abcdefg"), BODIES), max_size=6), st.lists(st.tuples(st.sampled_from("abcdefg"), BODIES), max_size=6)
)
def test_a_difference_applied_to_the_earlier_version_gives_the_later(a: list[tuple[str, str]], b: list[tuple[str, str]]) -> None:
    old = [Text(f"{name}{place}", name * 3, body) for place, (name, body) in enumerate(a)]
    new = [Text(f"{name}{place}", name * 3, body) for place, (name, body) in enumerate(b)]
    changes = compare(old, new)
    assert applied(changes, old) == [(section.id, section.heading, to_blocks(section.markdown)) for section in new]


def applied(changes: Sequence[SectionChange], old: Sequence[Text]) -> list[Any]:
    """The later version, made of the earlier one and the difference alone; whatever the difference takes away must be there."""
    there = {section.id: section for section in old}
    made = []
    for change in changes:
        if change.change == "added":
            assert change.id not in there or any(other.was == change.id for other in changes)
        else:
            was = there.pop(change.was or change.id)
            assert earlier(change.heading) == was.heading
            assert [(b.kind, earlier(b.spans)) for b in change.blocks if b.change != "added"] == [
                (b.kind, b.text) for b in to_blocks(was.markdown)
            ]
        if change.change != "removed":
            made.append((change.id, later(change.heading), [Block(b.kind, later(b.spans)) for b in change.blocks if b.change != "removed"]))
    assert not there, "every section of the earlier version is told of"
    return made


SEQUENCES = st.lists(st.integers(0, 9), max_size=60)


@given(SEQUENCES, SEQUENCES)
def test_runs_are_all_of_both(a: list[int], b: list[int]) -> None:
    assert_aligned(a, b)


def test_long_stretches_are_cut_at_what_stands_once_in_both() -> None:
    a = [number % 7 if number % 5 else f"only {number}" for number in range(9000)]
    b = [item for place, item in enumerate(a) if place % 11] + ["new"] * 50
    runs = assert_aligned(a, b)
    kept = sum(run.a_end - run.a_start for run in runs if run.equal)
    assert kept > 0.95 * min(len(a), len(b))


def test_a_stretch_with_nothing_in_common_is_replaced_as_a_whole() -> None:
    a, b = ["x"] * 3000 + ["y"] * 3000, ["v"] * 3000 + ["w"] * 3000
    assert align(a, b) == [Run(False, 0, 6000, 0, 6000)]


def assert_aligned(a: Sequence[Any], b: Sequence[Any]) -> list[Run]:
    runs = align(a, b)
    assert [item for run in runs for item in a[run.a_start : run.a_end]] == list(a)
    assert [item for run in runs for item in b[run.b_start : run.b_end]] == list(b)
    assert all(a[run.a_start : run.a_end] == b[run.b_start : run.b_end] for run in runs if run.equal)
    assert all(one.equal != other.equal for one, other in pairwise(runs))
    return runs


def test_a_section_under_a_new_id_is_known_by_its_words() -> None:
    text = "Säilytämme asiakkaan tietoja kuusi vuotta sopimuksen päättymisestä."
    [kept] = compare([Text("custom", "Säilytys", text)], [Text("retention", "Säilytysaika", text)])
    assert (kept.id, kept.was, kept.change) == ("retention", "custom", "renamed")
    [kept] = compare([Text("custom", "Säilytys", text)], [Text("retention", "Säilytys", text.replace("kuusi", "viisi"))])
    assert (kept.was, kept.change) == ("custom", "changed")
    changes = compare([Text("a", "Säilytys", text)], [Text("b", "Säilytys", "Emme siirrä tietoja EU:n ulkopuolelle.")])
    assert [(change.id, change.change) for change in changes] == [("a", "removed"), ("b", "added")] or [
        (change.id, change.change) for change in changes
    ] == [("b", "added"), ("a", "removed")]


def test_what_was_moved_and_changed_is_told_as_both() -> None:
    a = [Text("one", "1", "Yksi."), Text("two", "2", "Kaksi."), Text("three", "3", "Kolme.")]
    b = [Text("three", "3", "Kolme!"), Text("one", "1", "Yksi."), Text("two", "2", "Kaksi.")]
    assert [(change.id, change.change, change.moved) for change in compare(a, b)] == [
        ("three", "changed", True),
        ("one", "unchanged", False),
        ("two", "unchanged", False),
    ]


def one(change: BlockChange) -> tuple[str, str, str]:
    marks = {"equal": "{}", "insert": "[+{}]", "delete": "[-{}]"}
    return change.kind, change.change, "".join(marks[span.op].format(span.text) for span in change.spans)


def blocks(a: str, b: str) -> list[tuple[str, str, str]]:
    [section] = compare([Text("one", "", a)], [Text("one", "", b)])
    return [one(block) for block in section.blocks]


def test_words_change_within_their_sentence() -> None:
    assert blocks("Tiedot säilyvät 3 vuotta.", "Tiedot säilyvät 6 vuotta.") == [
        ("paragraph", "changed", "Tiedot säilyvät [-3][+6] vuotta.")
    ]


def test_words_that_change_in_a_row_are_one_change() -> None:
    assert words("yksi kaksi kolme neljä", "yksi viisi kuusi neljä") == [
        Span("equal", "yksi "),
        Span("delete", "kaksi kolme"),
        Span("insert", "viisi kuusi"),
        Span("equal", " neljä"),
    ]


def test_a_changed_list_item_is_one_changed_item() -> None:
    assert blocks("- nimi\n- postiosoite ja puhelin\n- tilaukset", "- nimi\n- katuosoite ja puhelin\n- tilaukset\n- palautukset") == [
        ("item", "unchanged", "nimi"),
        ("item", "changed", "[-postiosoite][+katuosoite] ja puhelin"),
        ("item", "unchanged", "tilaukset"),
        ("item", "added", "[+palautukset]"),
    ]


def test_a_changed_table_row_is_one_changed_row() -> None:
    before = "| Tieto | Aika |\n|---|---|\n| Tilaukset | 3 vuotta |\n| Puhelut | 90 päivää |"
    assert blocks(before, before.replace("90 päivää", "60 päivää").replace("| Tilaukset | 3 vuotta |\n", "")) == [
        ("row", "unchanged", "Tieto · Aika"),
        ("row", "removed", "[-Tilaukset · 3 vuotta]"),
        ("row", "changed", "Puhelut · [-90][+60] päivää"),
    ]


def test_a_paragraph_that_became_another_is_removed_and_added() -> None:
    assert blocks("Emme luovuta tietoja.", "Evästeistä kerromme verkkosivulla.") == [
        ("paragraph", "added", "[+Evästeistä kerromme verkkosivulla.]"),
        ("paragraph", "removed", "[-Emme luovuta tietoja.]"),
    ]


def test_a_link_that_leads_elsewhere_is_a_change_though_its_words_are_the_same() -> None:
    assert blocks("[lomake](https://a.example.org)", "[lomake](https://b.example.org)") == [
        ("paragraph", "changed", "lomake (https://[-a][+b].example.org)")
    ]


def test_other_markup_of_the_same_text_is_no_change() -> None:
    assert blocks("Tieto *säilyy* vuoden.\nJa toisen.", "Tieto **säilyy** vuoden. Ja\ntoisen.") == [
        ("paragraph", "unchanged", "Tieto säilyy vuoden. Ja toisen.")
    ]


SECTIONS = [
    ("controller", "Rekisterinpitäjä", "Esimerkki Oy, Katu 1."),
    ("purposes", "Tarkoitukset", "Toimitamme tilauksia.\n\n- laskutus\n- asiakaspalvelu arkisin"),
    ("recipients", "Luovutukset", "Emme luovuta tietoja."),
    ("retention", "Säilytys", "| Tieto | Aika |\n|---|---|\n| Tilaukset | 3 vuotta |"),
]
CHANGED = [
    ("retention", "Säilytysajat", "| Tieto | Aika |\n|---|---|\n| Tilaukset | 6 vuotta |"),
    ("controller", "Rekisterinpitäjä", "Esimerkki Oy, Katu 1."),
    ("purposes", "Tarkoitukset", "Toimitamme tilauksia.\n\n- laskutus\n- asiakaspalvelu viikonloppuisin"),
    ("cookies_analytics", "Evästeet", "Vain <välttämättömät> evästeet."),
]


def draft(sections: Sequence[tuple[str, str, str]], title: str) -> dict[str, Any]:
    return {
        "title": {"fi": title},
        "sections": [{"id": id_, "heading": {"fi": heading}, "body": {"fi": body}} for id_, heading, body in sections],
    }


@pytest.fixture(scope="module")
def edited(cast: Cast) -> str:
    """A notice with two versions, between which its controller moved too; its public path."""
    player: Player = cast.alice
    made = controller(player, address="Katu 1\n00100 Esimerkkilä")
    slug = notice(player, made["id"])
    assert write(player, slug, draft(SECTIONS, "Asiakkaiden seloste")).status_code == 200
    assert publish(player, slug).status_code == 201
    assert player.api.patch(f"{player.path}/controllers/{made['id']}", json={"address": "Katu 22\n00100 Esimerkkilä"}).status_code == 200
    assert write(player, slug, draft(CHANGED, "Asiakkaiden tietosuojaseloste")).status_code == 200
    assert publish(player, slug).status_code == 201
    path = f"/n/acme/{slug}"
    wait_for(lambda: player.api.get(f"{path}/v/2/fi").status_code == 200)
    return path


def test_the_difference_as_data_says_what_became_of_each_section(public: httpx.Client, edited: str) -> None:
    data = public.get(f"{edited}/diff/1...2/fi.json").json()
    assert (data["a"]["number"], data["b"]["number"], data["language"]) == (1, 2, "fi")
    assert public.get(data["a"]["url"]).status_code == public.get(data["b"]["url"]).status_code == 200
    assert [(section["id"], section["change"]) for section in data["sections"]] == [
        ("retention", "changed"),
        ("controller", "unchanged"),
        ("purposes", "changed"),
        ("recipients", "removed"),
        ("cookies_analytics", "added"),
    ]
    assert {"op": "insert", "text": "tietosuojaseloste"} in data["title"]
    [controllers] = data["controllers"]
    assert {"op": "delete", "text": "1"} in controllers["spans"]
    assert {"op": "insert", "text": "22"} in controllers["spans"]


def test_the_difference_backwards_is_its_mirror(public: httpx.Client, edited: str) -> None:
    forth, back = (public.get(f"{edited}/diff/{pair}/fi.json").json() for pair in ("1...2", "2...1"))
    mirrored = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved", "unchanged": "unchanged"}
    there = {section["id"]: section["change"] for section in forth["sections"]}
    assert {section["id"]: mirrored[section["change"]] for section in back["sections"]} == there


def test_the_page_marks_what_was_added_and_removed_also_for_those_who_listen(public: httpx.Client, edited: str) -> None:
    page = public.get(f"{edited}/diff/1...2/fi").text
    assert "<h1>Mikä muuttui versiosta 1 versioon 2</h1>" in page
    for tag, word in (("ins", "lisätty: "), ("del", "poistettu: ")):
        marked = re.findall(rf"<{tag}>(.*?)</{tag}>", page)
        assert marked
        assert all(re.fullmatch(rf'<span class="quiet">{word}</span>[^<]+<span class="quiet"> \(loppuu\)</span>', text) for text in marked)
    visible = re.sub(r'<span class="quiet">.*?</span>', "", page)
    assert "asiakaspalvelu <del>arkisin</del><ins>viikonloppuisin</ins>" in visible
    assert "Tilaukset · <del>3</del><ins>6</ins> vuotta" in visible
    assert "<h2><del>Luovutukset</del></h2>" in visible
    assert "<h2><ins>Evästeet</ins></h2>" in visible
    assert "Vain &lt;välttämättömät&gt; evästeet." in visible
    assert "Rekisterinpitäjän tiedot muuttuivat" in visible
    for words_ in ("Muuttunut kohta", "Poistettu kohta", "Uusi kohta"):
        assert words_ in visible


def test_the_page_says_first_what_changed_and_what_the_company_says_of_it(public: httpx.Client, edited: str) -> None:
    page = public.get(f"{edited}/diff/1...2/fi").text
    changes = [change["change"] for change in public.get(f"{edited}/diff/1...2/fi.json").json()["sections"]]
    changed = [change for change in changes if change != "unchanged"]
    told, text = page.split("<section", 1)
    assert f"Muuttuneita kohtia: {len(changed)}. Ennallaan: {len(changes) - len(changed)}." in told
    assert re.findall(r'<li><span class="tag (\w+)">', told) == changed
    assert "Näin rekisterinpitäjä kuvaa versiota 2" in told
    for anchor in re.findall(r'<a href="#([^"_]+)"', told):
        assert f'<section id="{anchor}"' in "<section" + text
    backwards = public.get(f"{edited}/diff/2...1/fi").text
    assert "Näin rekisterinpitäjä kuvaa" not in backwards, "a note tells what the later version brought"


def test_a_section_that_only_moved_is_named_and_not_repeated(public: httpx.Client, cast: Cast) -> None:
    slug = notice(cast.alice, controller(cast.alice)["id"])
    for sections in (SECTIONS, [SECTIONS[3], *SECTIONS[:3]]):
        assert write(cast.alice, slug, draft(sections, "Seloste")).status_code == 200
        assert publish(cast.alice, slug).status_code == 201
    base = f"/n/acme/{slug}"
    data = wait_for(lambda: (answer := public.get(f"{base}/diff/1...2/fi.json")).status_code == 200 and answer.json())
    assert [section["change"] for section in data["sections"]] == ["moved", "unchanged", "unchanged", "unchanged"]
    page = public.get(f"{base}/diff/1...2/fi").text
    assert "Siirretty kohta, teksti ennallaan" in page
    assert "3 vuotta" not in page
    assert "Esimerkki Oy" not in page


def test_a_version_compared_with_itself_has_not_changed(public: httpx.Client) -> None:
    data = public.get(f"{KEYS}/diff/4...4/fi.json").json()
    assert {section["change"] for section in data["sections"]} == {"unchanged"}
    page = public.get(f"{KEYS}/diff/4...4/fi").text
    assert "Selosteen teksti on molemmissa versioissa sama." in page
    assert "<ins>" not in page


def test_versions_that_do_not_follow_each_other_can_be_compared(public: httpx.Client) -> None:
    data = public.get(f"{KEYS}/diff/1...4/fi.json").json()
    changes = {section["change"] for section in data["sections"]}
    assert {"changed", "added"} <= changes
    for section in data["sections"]:
        for block in section["blocks"]:
            assert {span["op"] for span in block["spans"]} <= {"equal", "insert", "delete"}


@pytest.mark.parametrize(
    ("language", "title"), [("sv", "Vad som ändrades från version 1 till version 1"), ("en", "What changed from version 1 to version 1")]
)
def test_the_page_speaks_the_language_that_it_compares(public: httpx.Client, language: str, title: str) -> None:
    page = public.get(f"{SHOP}/diff/1...1/{language}")
    assert f"<h1>{title}</h1>" in page.text
    assert f'<html lang="{language}"' in page.text
    assert page.headers["content-language"] == language


HEAD = Head(UUID(int=1), "acme", UUID(int=2), "seloste", "fi", [], [], datetime.now(UTC))
MADE = Copy("text/html", b"made", b"", b"")


@pytest.fixture
def copies(tmp_path: Path) -> Iterator[Copies]:
    made = Copies(tmp_path, b"key", 1000)
    yield made
    made.close()


async def test_many_who_ask_for_one_comparison_at_once_wait_for_one(copies: Copies) -> None:
    begun = 0

    async def make() -> Copy:
        nonlocal begun
        begun += 1
        await asyncio.sleep(0.01)
        return MADE

    assert await asyncio.gather(*(copies.made(HEAD, "1...2", make) for _ in range(50))) == [MADE] * 50
    assert begun == 1


async def test_two_comparisons_are_made_at_once_and_twenty_wait(copies: Copies) -> None:
    now = most = 0

    async def make() -> Copy:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return MADE

    answers = await asyncio.gather(*(copies.made(HEAD, number, make) for number in range(30)), return_exceptions=True)
    assert most == 2
    assert answers[:22] == [MADE] * 22
    assert all(isinstance(answer, Unavailable) and answer.headers["retry-after"] == "5" for answer in answers[22:])
    assert await copies.made(HEAD, 29, make) == MADE
