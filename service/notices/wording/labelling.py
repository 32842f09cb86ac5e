"""What the buttons, menus and banners of a page say, in lower case. A copy of the page carries them along; they are no text."""

import tomllib
from importlib.resources import files

LABELS = frozenset(
    label.casefold() for labels in tomllib.loads(files(__package__).joinpath("labels.toml").read_text("utf-8")).values() for label in labels
)
