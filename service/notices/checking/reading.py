"""A notice as one reader of it sees it: one language, its words without marks, and what each sentence says.

All of it is found once, in one pass over the text; the rules only ask. Places are characters of `Reading.text`, which is every
section's heading and body on end; `Reading.place` brings one back to the section's Markdown.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib.resources import files

from service.notices.checking.passages import Notice, Passage, Place, Span, Statement, covered, place_of, shortened
from service.notices.checking.plain import plain
from service.notices.checking.sighting import Sights, seen
from service.notices.content import ITEMS
from service.notices.wording import grounding
from service.notices.wording.cueing import NOTHING, Cues, Marks
from service.notices.wording.recognising import LANGUAGES
from service.notices.wording.spotting import Spot

INTEREST = "6(1)(f)"


def _cues(language: str) -> tuple[Cues, Marks]:
    """What the rules listen for, together with the topics that `recognising` knows, so that a text is gone through once for
    both; and what stands around every sentence under a heading on rights, where to name one is to grant it."""
    ours = tomllib.loads(files(__package__).joinpath(f"cues.{language}.toml").read_text("utf-8"))
    topics = tomllib.loads(files("service.notices.wording").joinpath("cues.toml").read_text("utf-8"))[language]
    # Both name their groups as they please: ours are told apart by a mark that no word has.
    groups = {f"+{name}": words for name, words in ours["groups"].items()}
    lines = {gives: [line.replace("@", "@+") for line in lines] for gives, lines in ours["cues"].items()}
    cues = Cues({**topics["groups"], **groups}, {**topics["bodies"], **lines})
    return cues, cues.marks(topics["of_rights"].split())


CUES = {language: _cues(language) for language in LANGUAGES}


class Reading:
    def __init__(self, notice: Notice, language: str) -> None:
        self.notice = notice
        self.language = language
        self.spoken = language in LANGUAGES
        """Whether there are rules for what is said in this language."""
        self.title = plain(notice.content.title.get(language, "")).text
        parts, length = [self.title], len(self.title)
        self.passages: list[Passage] = []
        for position, section in enumerate(notice.content.sections):
            if language not in section.body and language not in section.heading:
                continue
            heading, body = plain(section.heading.get(language, "")).text, plain(section.body.get(language, ""))
            start, body_start = length + 2, length + 4 + len(heading)
            parts += [heading, body.text]
            length = body_start + len(body.text)
            covers = frozenset(covered(section))
            self.passages.append(Passage(position, section.id, covers, heading, body.text, start, body_start, length, body))
        self.text = "\n\n".join(parts)
        self._sights: dict[int, Sights] = {}

    # --- places -----------------------------------------------------------------------------------------------

    @cached_property
    def _starts(self) -> list[int]:
        return [passage.start for passage in self.passages]

    def passage_at(self, position: int) -> Passage | None:
        """The passage in which a place lies; None for the title."""
        found = bisect_right(self._starts, position) - 1
        return self.passages[found] if found >= 0 else None

    def place(self, span: Span) -> Place:
        """Of a span without its outer spaces. What stands in a heading or the title has no place in a body."""
        start, end = span
        words = self.text[start:end]
        start, end = start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())
        passage = self.passage_at(start)
        excerpt = shortened(self.text[start:end])
        if passage is None:
            return Place(None, None, excerpt)
        if start < passage.body_start or end > passage.end or start >= end:
            return Place(passage.id, None, excerpt)
        begins, ends = (passage.plain.source(at - passage.body_start) for at in (start, end - 1))
        return Place(passage.id, (begins, ends + 1), excerpt)

    # --- what is said -----------------------------------------------------------------------------------------

    @cached_property
    def statements(self) -> list[Statement]:
        found: list[Statement] = []
        if self.spoken:
            self._hear(found, self.title, 0, None, False)
            for passage in self.passages:
                self._hear(found, passage.heading, passage.start, passage, False)
                self._hear(found, passage.body, passage.body_start, passage, True)
        return found

    def _hear(self, found: list[Statement], text: str, offset: int, passage: Passage | None, in_body: bool) -> None:
        cues, granted = CUES[self.language]
        of_rights = in_body and passage is not None and any(item.startswith("rights") for item in passage.covers)
        for sentence in cues.sentences(text, granted if of_rights else NOTHING):
            says = frozenset(cues.said(sentence))
            found.append(Statement(offset + sentence.start, offset + sentence.end, says, passage, in_body, len(found)))

    @cached_property
    def _by_mark(self) -> dict[str, list[Statement]]:
        found: dict[str, list[Statement]] = {}
        for statement in self.statements:
            for mark in statement.says:
                found.setdefault(mark, []).append(statement)
        return found

    def saying(self, *marks: str, headings: bool = False) -> list[Statement]:
        """The statements that say one of these, in their order. A heading names a topic and states nothing, unless it is asked."""
        found = {statement.position: statement for mark in marks for statement in self._by_mark.get(mark, [])}
        return [found[position] for position in sorted(found) if headings or found[position].in_body]

    def says(self, *marks: str) -> bool:
        return any(statement.in_body for mark in marks for statement in self._by_mark.get(mark, []))

    def beside(self, statement: Statement) -> Iterator[Statement]:
        """The sentences just before and after it, in the same passage."""
        for position in (statement.position - 1, statement.position + 1):
            if 0 <= position < len(self.statements) and self.statements[position].passage is statement.passage:
                yield self.statements[position]

    def inside(self, passage: Passage) -> list[Statement]:
        return self._by_passage.get(passage.position, [])

    @cached_property
    def _by_passage(self) -> dict[int, list[Statement]]:
        found: dict[int, list[Statement]] = {}
        for statement in self.statements:
            if statement.passage is not None and statement.in_body:
                found.setdefault(statement.passage.position, []).append(statement)
        return found

    def line_at(self, statement: Statement) -> tuple[int, str]:
        """The line in which a statement begins, with its place."""
        start = statement.start + len(self.words(statement)) - len(self.words(statement).lstrip())
        begin, end = self.text.rfind("\n", 0, start) + 1, self.text.find("\n", start)
        return begin, self.text[begin : end if end >= 0 else len(self.text)]

    def words(self, statement: Statement) -> str:
        return self.text[statement.start : statement.end]

    # --- what is covered --------------------------------------------------------------------------------------

    def topics(self, passage: Passage) -> frozenset[str]:
        """The canonical ids that the body really answers."""
        return self._topics.get(passage.position, frozenset())

    @cached_property
    def _topics(self) -> dict[int, frozenset[str]]:
        return {
            position: frozenset(item for statement in statements for item in statement.says if item in ITEMS)
            for position, statements in self._by_passage.items()
        }

    def about(self, *items: str) -> list[Passage]:
        """The passages whose author, or whose words, say that they are about one of these."""
        wanted = frozenset(items)
        return [passage for passage in self.passages if wanted & passage.covers or wanted & self.topics(passage)]

    def covering(self, *items: str) -> list[Passage]:
        """The passages whose author says that they are about one of these."""
        wanted = frozenset(items)
        return [passage for passage in self.passages if wanted & passage.covers]

    @cached_property
    def bases(self) -> list[Spot]:
        """Legal bases named by article anywhere, or in words where the text speaks of its bases; `value`: "6(1)(a)"."""
        found = list(self.cited)
        speaking = frozenset({"legal_basis", "purposes", "consent", "legitimate_interests"})
        for statement in self.saying("basis_word"):
            passage = statement.passage
            if passage and (passage.covers & speaking or "legal_basis" in self.topics(passage)):
                found += seen(grounding.named, [(statement.start, self.words(statement))])
        return sorted(found, key=place_of)

    @cached_property
    def on_interests(self) -> list[Passage]:
        """The passages that are about legitimate interests alone, and say something."""
        alone = [passage for passage in self.covering("legitimate_interests") if len(passage.covers) == 1]
        return [passage for passage in alone if passage.words and not any("no" in one.says for one in self.inside(passage)[:1])]

    @cached_property
    def rests_on(self) -> frozenset[str]:
        """The legal bases that the notice gives."""
        return frozenset([*(spot.value for spot in self.bases), *(INTEREST for _ in self.on_interests)])

    # --- what stands out --------------------------------------------------------------------------------------

    def sights(self, passage: Passage) -> Sights:
        """What stands out in a passage, its heading included."""
        if passage.position not in self._sights:
            self._sights[passage.position] = Sights(self.text[passage.start : passage.end], passage.start)
        return self._sights[passage.position]

    def filled(self, passage: Passage) -> str:
        """The body without the gaps that are left to fill."""
        rest, end = [], passage.body_start
        for gap in self.sights(passage).placeholders:
            rest.append(self.text[end : gap.start])
            end = max(end, gap.end)
        return "\n".join([*rest, self.text[end : passage.end]])

    def everywhere(self, of: Callable[[Sights], list[Spot]]) -> list[Spot]:
        return [spot for passage in self.passages for spot in of(self.sights(passage))]

    @cached_property
    def emails(self) -> list[Spot]:
        return self.everywhere(lambda sights: sights.emails)

    @cached_property
    def business_ids(self) -> list[Spot]:
        return self.everywhere(lambda sights: sights.business_ids)

    @cached_property
    def cited(self) -> list[Spot]:
        """Legal bases named by article."""
        return self.everywhere(lambda sights: sights.cited)

    @property
    def lines(self) -> Iterator[tuple[int, str]]:
        for passage in self.passages:
            yield from self.sights(passage).lines
