"""What docs/hosting.md shows of requests and answers is so."""

import re
import shlex

import httpx

from tests.house import REPOSITORY

GUIDE = (REPOSITORY / "docs" / "hosting.md").read_text("utf-8")
SHOWN = "http://127.0.0.1:8000"


def transcripts() -> list[tuple[list[str], list[str]]]:
    """Each command with the lines that it prints."""
    blocks = re.findall(r"```console\n(.*?)```", GUIDE, re.DOTALL)
    parts = [part.strip().splitlines() for block in blocks for part in block.split("\n\n")]
    return [(shlex.split(first.removeprefix("$ ")), rest) for first, *rest in parts]


def test_the_transcripts_are_what_happens(public: httpx.Client) -> None:
    assert len(transcripts()) >= 8
    tag = ""
    for (program, silent, url, *rest), shown in transcripts():
        assert (program, silent) == ("curl", "-sI")
        headers = dict(option.split(": ", 1) for flag, option in zip(rest[::2], rest[1::2], strict=True) if flag == "-H")
        # What curl does not send by itself, and what was told a moment ago.
        headers = {"accept-encoding": "identity", **{name.lower(): value.replace('"..."', tag) for name, value in headers.items()}}
        answer = public.head(url.removeprefix(SHOWN), headers=headers)
        tag = answer.headers.get("etag", "")
        status, *lines = shown
        assert status == f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}"
        for line in lines:
            name, value = line.split(": ", 1)
            pattern = re.escape(value.replace(SHOWN, str(public.base_url).rstrip("/"))).replace(re.escape("..."), ".*")
            assert re.fullmatch(pattern, answer.headers[name]), (line, answer.headers[name])
        assert answer.content == b""
