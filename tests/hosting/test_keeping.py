"""The bounded memory of hosting, and what of an answer is recorded in it."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.hosting.copies import ABSENT_BYTES, Copies
from service.hosting.heads import Head
from service.hosting.keeping import ENTRY_BYTES, Kept
from service.hosting.recording import ALWAYS, Question, Recorder, Standing

ONE, OTHER = UUID(int=1), UUID(int=2)
SIZE = 1000 - ENTRY_BYTES


def test_who_walks_through_everything_does_not_drive_out_what_others_come_back_for() -> None:
    kept = Kept[int, str](100_000)
    for _ in range(3):
        for key in range(50):
            if kept.get(key) is None:
                kept.put(key, "asked for again and again", SIZE)
    for key in range(1000, 101_000):
        assert kept.get(key) is None
        kept.put(key, "asked for once", SIZE)
        assert kept.size <= 100_000
    assert all(kept.get(key) for key in range(50))


def test_what_was_dear_once_and_is_asked_for_no_more_gives_way() -> None:
    kept = Kept[int, int](100_000)
    for start in range(0, 1000, 50):
        for _ in range(3):
            for key in range(start, start + 50):
                if kept.get(key) is None:
                    kept.put(key, key, SIZE)
    assert all(kept.get(key) == key for key in range(950, 1000))
    assert not any(kept.get(key) for key in range(500))


@given(st.lists(st.tuples(st.sampled_from(["get", "put", "drop", "forget", "clear"]), st.integers(0, 30), st.integers(0, 900))))
def test_it_never_holds_more_than_its_room_and_never_what_was_forgotten(acts: list[tuple[str, int, int]]) -> None:
    kept, last = Kept[int, tuple[int, int]](4 * (ENTRY_BYTES + 900)), dict[int, tuple[int, int]]()
    for number, (act, key, size) in enumerate(acts):
        if act == "get":
            assert kept.get(key) in (None, last.get(key))
        elif act == "put":
            last[key] = (number, size)
            kept.put(key, last[key], size, UUID(int=key % 3))
        elif act == "drop":
            kept.drop(key)
            last.pop(key, None)
        elif act == "forget":
            kept.forget([UUID(int=key % 3)])
            last = {other: value for other, value in last.items() if other % 3 != key % 3}
        else:
            kept.forget()
            last.clear()
        held = [value for other in range(31) if (value := kept.get(other)) is not None]
        assert all(value in last.values() for value in held)
        assert kept.size == sum(ENTRY_BYTES + size for _, size in held) <= 4 * (ENTRY_BYTES + 900)
        assert len(kept) == len(held)


def test_what_would_fill_the_room_alone_is_not_kept() -> None:
    kept = Kept[str, str](100_000)
    kept.put("small", "kept", SIZE)
    kept.put("large", "not kept", 50_000)
    assert (kept.get("small"), kept.get("large")) == ("kept", None)


HEADERS = [(b"content-type", b"text/plain"), (b"etag", b'"tag"'), (b"vary", b"Accept-Encoding")]
NOW = time.time()


def said(recorder: Recorder, standing: Standing | None, *, status: int = 200, more: tuple[bytes, bytes] | None = None) -> bool:
    """Whether an answer that stands so long, and is so, would be said again."""
    asked = recorder.asked(b"host/n/a/b")
    if standing is not None:
        asked.answered(standing, "fi", "", b'"tag"', "/n/{tenant}/{notice}")
    recorder.keep(asked, status, [*HEADERS, *([more] if more else [])], b"body")
    return recorder.find(Question(b"host/n/a/b", False, {})) is not None


def test_only_what_stands_is_said_again() -> None:
    assert said(Recorder(1_000_000), ALWAYS)
    assert said(Recorder(1_000_000), Standing(ONE, NOW - 10, NOW + 1000))
    assert not said(Recorder(1_000_000), None), "a route that says nothing of how long its answer stands"
    assert not said(Recorder(1_000_000), Standing(ONE, NOW + 1000, NOW + 2000)), "the clock was set back"
    assert not said(Recorder(1_000_000), Standing(ONE, NOW - 10, NOW - 1)), "a version took over while it was answered"
    assert not said(Recorder(1_000_000), ALWAYS, status=404)


@pytest.mark.parametrize(
    "header", [(b"vary", b"Accept-Language, Cookie"), (b"vary", b"*"), (b"Set-Cookie", b"a=b"), (b"connection", b"close")]
)
def test_what_is_one_readers_alone_is_not_said_to_others(header: tuple[bytes, bytes]) -> None:
    assert not said(Recorder(1_000_000), ALWAYS, more=header)


def test_what_was_told_in_between_counts() -> None:
    recorder = Recorder(1_000_000)
    for told in ([ONE], [OTHER], None):
        asked = recorder.asked(b"host/n/a/b")
        asked.answered(Standing(ONE, NOW - 10, NOW + 1000), "fi", "", b'"tag"', "-")
        recorder.forget(told)
        recorder.keep(asked, 200, HEADERS, b"old")
        assert recorder.find(Question(b"host/n/a/b", False, {})) is None
    assert said(recorder, Standing(ONE, NOW - 10, NOW + 1000))
    recorder.forget([OTHER])
    assert recorder.find(Question(b"host/n/a/b", False, {})) is not None
    recorder.forget([ONE])
    assert recorder.find(Question(b"host/n/a/b", False, {})) is None


def test_the_requests_that_are_remembered_as_they_came_are_few() -> None:
    recorder = Recorder(1_000_000)
    for number in range(100_000):
        recorder.hear(b"%d" % number, Question(b"", False, {}))
    assert len(recorder.heard) <= 2000


async def test_a_flood_of_unknown_names_takes_no_room_and_leaves_what_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies, asked = Copies(tmp_path, bytes(32), 10_000_000), list[str]()

    async def find(tenant: str, notice: str) -> Head | None:
        asked.append(notice)
        return None if notice.startswith("unknown") else made(notice)

    monkeypatch.setattr(copies, "_find_head", find)
    await copies.head("acme", "known")
    for number in range(100_000):
        assert await copies.head("acme", f"unknown-{number}") is None
    kept: Any = copies._absent
    assert kept.size <= ABSENT_BYTES
    assert await copies.head("acme", "known")
    assert asked.count("known") == 1

    # One name again and again is looked up once, until something is published.
    for _ in range(3):
        assert await copies.head("acme", "unknown") is None
    copies.forget([uuid4()])
    await asyncio.gather(*(copies.head("acme", "unknown") for _ in range(20)))
    assert asked.count("unknown") == 2
    copies.close()


def made(slug: str) -> Head:
    return Head(ONE, "acme", OTHER, slug, "fi", [], [], datetime(2026, 1, 1, tzinfo=UTC))
