"""How the house is kept: layers, names, words, and what the repository may speak of."""

import re
import string
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from service.languages import OURS
from service.notices.content import ITEMS
from service.settings import Settings
from tenants.scopes import DESCRIPTIONS, Scope
from tests.house import REPOSITORY

TRACKED = [
    REPOSITORY / name
    for name in subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.splitlines()
]


def test_layers_hold() -> None:
    done = subprocess.run([str(Path(sys.executable).parent / "lint-imports")], cwd=REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_no_file_is_named_for_no_act_and_none_fills_up() -> None:
    code = [path for path in TRACKED if path.suffix == ".py" and path.parts[len(REPOSITORY.parts)] in ("service", "tenants")]
    assert len(code) > 50
    for path in code:
        assert path.stem not in ("service", "utils", "util", "helpers", "manager", "misc", "common", "base"), path
        assert len(path.read_text().splitlines()) <= 400, path


@pytest.mark.parametrize("path", sorted((REPOSITORY / "service").rglob("words.toml")), ids=lambda path: path.parent.name)
def test_words_are_there_in_all_our_languages_with_the_same_gaps(path: Path) -> None:
    table = tomllib.loads(path.read_text("utf-8"))
    assert table
    for key, texts in table.items():
        assert set(texts) == set(OURS), key
        gaps = {language: {name for _, name, _, _ in string.Formatter().parse(text) if name} for language, text in texts.items()}
        assert gaps["fi"] == gaps["sv"] == gaps["en"], key
        assert all(text.strip() for text in texts.values()), key


def test_every_word_is_used() -> None:
    sources = "\n".join(path.read_text("utf-8") for path in TRACKED if path.suffix in (".py", ".html") and "service" in path.parts)
    made_up = re.compile(r"^(why|type|state|diff|note|error|in|act|method|grounds?|mail|controller|done|by|from|remind)_")
    for path in (REPOSITORY / "service").rglob("words.toml"):
        for key in tomllib.loads(path.read_text("utf-8")):
            assert made_up.match(key) or f'"{key}"' in sources, f"{path.parent.name}: {key} is not used"


def test_settings_scopes_events_and_items_are_documented() -> None:
    settings = (REPOSITORY / "docs" / "settings.md").read_text()
    for setting in fields(Settings):
        assert f"`{setting.name.upper()}`" in settings
    scopes = (REPOSITORY / "docs" / "api.md").read_text()
    for scope in Scope:
        assert f"`{scope}`" in scopes
        assert DESCRIPTIONS[scope]
    events = (REPOSITORY / "docs" / "events.md").read_text()
    used = set(
        re.findall(
            r'record(?:ed)?\(\s*(?:db,\s*)?[\w.]+,\s*"([a-z_]+:[a-z_]+)"',
            "\n".join(path.read_text() for path in TRACKED if path.suffix == ".py"),
        )
    )
    assert len(used) >= 15
    assert set(re.findall(r"`([a-z_]+:[a-z_]+)` \|", events)) == used
    content = (REPOSITORY / "docs" / "content.md").read_text()
    assert set(re.findall(r"^\| `([a-z_]+)` \|", content, re.MULTILINE)) == set(ITEMS)


def test_no_address_of_a_registry_and_nothing_but_the_project() -> None:
    hosts = re.compile("|".join(("py" + r"pi\.org", "pythonhosted" + r"\.org", "npm" + r"js\.(org|com)", r"\.\./" + "shared")))
    for path in TRACKED:
        if path.is_file() and path.suffix not in (".png", ".webp", ".docx", ".pdf"):
            found = hosts.search(path.read_text("utf-8"))
            assert found is None, f"{path}: {found and found[0]}"
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = (REPOSITORY / name).read_text()
        assert "--hash=sha256:" in pinned
        assert "://" not in pinned
