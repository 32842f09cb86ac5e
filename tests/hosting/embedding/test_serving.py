"""The embed script as a file: small, what its committed hash says, under names that filter lists leave alone."""

import base64
import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import brotli
import httpx
import pytest

from service.app import build
from service.hosting.embedding import serving
from service.hosting.recording import Recorder
from service.settings import Settings
from tests.house import REPOSITORY, House

STATIC = REPOSITORY / "service" / "hosting" / "embedding" / "static"
SCRIPT = (STATIC / "v1.js").read_bytes()
# Stems in rules of common filter lists against advertisements, tracking, and cookie and consent notices.
FILTERED = re.compile(
    r"track|analytic|cookie|consent|banner|gdpr|tcf|cmp(?![a-z])|beacon|pixel|popup|overlay|privacy[-_]?(policy|banner|bar|modal|manager|consent)"
    r"|advert|sponsor|(?<![a-z])ads?(?![a-z])|metrics|telemetry|collect|stats|counter|social|share|annoy|onetrust|didomi|rodo|lgpd|cnil",
    re.IGNORECASE,
)


def test_the_script_is_small() -> None:
    assert len(gzip.compress(SCRIPT, 9)) < 4096
    assert len(brotli.compress(SCRIPT)) < 4096


def test_the_committed_hash_is_the_scripts() -> None:
    sums = "".join(f"{hashlib.sha384(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(STATIC.glob("*.js")))
    assert (STATIC / "SHA384SUMS").read_text() == sums, (
        "the embed script changed. If a release had the former one, keep that as v1.{the first 16 of its hash}.js beside it; then run: "
        "cd service/hosting/embedding/static && sha384sum *.js > SHA384SUMS"
    )


def test_what_is_served_is_the_packages_file(public: httpx.Client) -> None:
    pinned = f"/embed/v1.{hashlib.sha384(SCRIPT).hexdigest()[:16]}.js"
    for path in ("/embed/v1.js", pinned):
        answer = public.get(path)
        assert answer.content == SCRIPT
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert public.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert pinned in public.get("/").text


@pytest.mark.parametrize(
    ("scripts", "wrong"),
    [
        ({"v1.js": SCRIPT + b" "}, "v1.js"),
        ({}, "v1.js"),
        ({"v1.js": SCRIPT, "v1.0123456789abcdef.js": b"other"}, "v1.0123456789abcdef.js"),
    ],
)
def test_a_script_that_is_another_is_noticed(scripts: dict[str, bytes], wrong: str) -> None:
    with pytest.raises(serving.ScriptsWrong, match=re.escape(wrong)):
        serving.check(scripts)


def test_a_former_script_stays_under_its_own_hash_alone() -> None:
    digest = hashlib.sha384(b"former").hexdigest()
    sums = f"{hashlib.sha384(SCRIPT).hexdigest()}  v1.js\n{digest}  v1.{{}}.js\n"
    serving.check({"v1.js": SCRIPT, f"v1.{digest[:16]}.js": b"former"}, sums.format(digest[:16]))
    with pytest.raises(serving.ScriptsWrong):
        serving.check({"v1.js": SCRIPT, "v1.0123456789abcdef.js": b"former"}, sums.format("0123456789abcdef"))


def test_a_server_with_another_script_does_not_start(tmp_path: Path) -> None:
    changed = (
        "from service.hosting.embedding import serving; serving._FILES['v1.js'] += b'//'; from service.cli import main; main(['serve'])"
    )
    environment = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "data")}
    done = subprocess.run([sys.executable, "-c", changed], cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stderr.startswith("seloste: v1.js in ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_integrity_on_the_landing_page_is_the_pinned_scripts(public: httpx.Client) -> None:
    assert base64.b64encode(hashlib.sha384(SCRIPT).digest()).decode() in public.get("/").text


def test_the_script_speaks_our_languages_alike() -> None:
    table = re.search(r"const texts = \{(.*?)\n  \};", SCRIPT.decode(), re.DOTALL)
    assert table
    told = {name: json.loads(f"[{texts}]") for name, texts in re.findall(r"(\w+): \[(.*)\]", table[1])}
    assert set(told) == {"fi", "sv", "en"}
    assert {len(texts) for texts in told.values()} == {4}
    assert all(text for texts in told.values() for text in texts)


def test_no_address_is_one_that_filter_lists_block() -> None:
    files = [path.name for path in STATIC.iterdir()]
    routes = [route.path_format for route in build(Settings(), Recorder(1)).routes]
    paths = [path for path in routes if path.startswith(("/embed", "/oembed", "/n/")) or path.endswith("/embed")]
    paths += [f"/embed/{name}" for name in files]
    assert len(paths) > 12
    assert [path for path in paths if FILTERED.search(path)] == []
    assert FILTERED.search("/js/cookie-banner.js"), "the words are found"
    assert FILTERED.search("/ads/x")
    fragments = "".join((REPOSITORY / "service" / "notices" / name).read_text() for name in ("fragment.html", "history_fragment.html"))
    names = re.findall(r'(?:class|id)="([^"{]+)', fragments)
    assert names
    assert [name for name in names if FILTERED.search(name) or "privacy" in name] == []


def test_classes_that_a_site_may_style_are_documented(house: House, public: httpx.Client) -> None:
    fragments = [public.get(f"{url}{ending}.fragment.html").text for url in house.demo["notices"] for ending in ("", "/history")]
    used = {name for text in fragments for names in re.findall(r'class="([^"]+)"', text) for name in names.split()}
    assert used >= {"seloste", "seloste-version", "seloste-history", "table"}
    table = (REPOSITORY / "docs" / "embedding.md").read_text().partition("| class | what |")[2].partition("\n\n")[0]
    documented = {name for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE) for name in re.findall(r"`([a-z-]+)`", row)}
    assert used <= documented
