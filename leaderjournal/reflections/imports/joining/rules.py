"""What an import adds to a day that is there: what is new is joined to it, and nothing is replaced.

Any text is new that no version of the day has; one that has grown by lines takes the place of what
it was. So what a leader has deleted or rewritten since an earlier import does not come back with
the next one. Of a text that is too long for its field the beginning is added.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from leaderjournal.reflections.rules import Answer, DayContent

SEPARATOR = "\n\n"
LONG_ENOUGH = 40
"""So many characters are hardly those of another entry by chance."""
LEAST_BEGINNING = 200
"""Characters of a text that are worth having without the rest of it."""
NEAR_LINE_END, NEAR_SPACE, LONGEST_CLUSTER = 200, 60, 40
"""How many characters before its limit a text is cut at the end of a line, a word or a letter."""
EMPTY_LINES = re.compile(r"\n{2,}")
JOINER = "\u200d"
SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")


@dataclass(frozen=True, slots=True)
class NotePart:
    """An entry of another journal in a note: its text, and its words without its tags and such.

    Tags may have changed since an earlier import, which makes no new entry.
    """

    text: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class JoinedContent:
    """A day with what an import added to it, and a sentence for each thing that it left out."""

    content: DayContent
    left_out: tuple[str, ...] = ()


@dataclass(slots=True)
class Joining:
    """Joins what is new in a found day to the stored one.

    `key_names` are the names of the keys by slug, `longest` is how many characters a text may have.
    """

    key_names: Mapping[str, str]
    longest: int
    left_out: list[str] = field(default_factory=list)

    def join(
        self,
        stored: DayContent,
        found: DayContent,
        *,
        parts: Sequence[NotePart] = (),
        earlier: Sequence[DayContent] = (),
    ) -> JoinedContent:
        """Return the `stored` day with what is new in the `found` one.

        `parts` are what the found note was made of, each of which may be new by itself; `earlier`
        are the versions of the stored day. Texts are added at the end of their field; a score, a
        behaviour and a question are taken where the stored answer has none.
        """
        versions = (stored, *earlier)
        self.left_out = []
        notes = [version.note for version in versions]
        note = stored.note
        given = parts or (NotePart(found.note),)
        times: Counter[str] = Counter()
        for part in given:
            times[part.text] += 1
            if not _is_known_part(part, notes, times=times[part.text]):
                others = {one.text.strip() for one in given}
                is_first = times[part.text] == 1
                shorter = _find_shorter(stored.note, part.text, others) if is_first else ""
                note = self._add_text(note, part.text, "the note", known=notes, instead_of=shorter)
        commitment = stored.commitment
        if not _is_known(found.commitment, (version.commitment for version in versions)):
            if commitment.strip():  # it is one thing, that is kept or not
                self.left_out.append("There is a commitment already; that of the file stays out.")
            else:
                commitment = found.commitment
        answers = {answer.key: answer for answer in stored.answers}
        for answer in (one for one in found.answers if one.is_answered):
            known = [version.get_answer(answer.key) for version in versions]
            answers[answer.key] = self._join_answer(answer, known)
        content = DayContent(tuple(answers.values()), note, commitment)
        return JoinedContent(content, tuple(self.left_out))

    def _join_answer(self, found: Answer, known: Sequence[Answer]) -> Answer:
        """Return the stored answer, the first of the `known`, with what is new in `found`."""
        stored = known[0]
        if not any(version.is_answered for version in known):
            return found
        name = self.key_names[found.key]
        text, score = stored.text, stored.score
        if not _is_known(found.text, (version.text for version in known)):
            text = self._add_text(text, found.text, name, known=[version.text for version in known])
        if found.score is not None and found.score not in {version.score for version in known}:
            if score is None:
                score = found.score
            else:
                self.left_out.append(
                    f"{name} has the score {score} already; {found.score} stays out."
                )
        return replace(
            stored,
            text=text,
            score=score,
            behaviour=stored.behaviour or found.behaviour,
            question=stored.question or found.question,
        )

    def _add_text(
        self, text: str, added: str, where: str, *, known: Sequence[str], instead_of: str = ""
    ) -> str:
        """Return a text with what is `added` at its end, or else `instead_of` a piece of it.

        Where it has no room for all of it, the beginning is added, unless one of the `known` texts
        has a beginning of it already.
        """
        added = added.strip()
        joined = _replace_piece(text, instead_of, added)
        if len(joined) <= self.longest:
            return joined
        imported = max((_measure_beginning(one, added) for one in (text, *known)), default=0)
        if imported <= len(instead_of):
            beginning = cut_text(added, self.longest - (len(joined) - len(added)))
            if len(beginning) >= len(instead_of) + LEAST_BEGINNING:
                text = _replace_piece(text, instead_of, beginning)
                imported = len(beginning)
        self.left_out.append(
            f"With it, {where} would hold more than {self.longest:,} characters, the most it may. "
            f"{len(added) - imported:,} of {len(added):,} characters stay out."
        )
        return text


def cut_text(text: str, room: int) -> str:
    """Return as much of a text's beginning as has room; nothing where hardly anything has.

    It ends with a line or a word where one ends near, and with a whole letter: its accents, the
    parts of an emoji.
    """
    if len(text) <= room:
        return text
    if room < LEAST_BEGINNING:
        return ""
    end = room
    while end > room - LONGEST_CLUSTER and _continues_letter(text[end - 1], text[end]):
        end -= 1
    line_end = text.rfind("\n", end - NEAR_LINE_END, end + 1)
    spaces = (at for at in range(end, end - NEAR_SPACE, -1) if text[at].isspace())
    return text[: line_end if line_end > 0 else next(spaces, end)].rstrip()


def _continues_letter(before: str, letter: str) -> bool:
    """Tell whether a character is no letter of its own, as Unicode's UAX 29 has it in the main."""
    is_mark = unicodedata.category(letter)[0] == "M" or letter == JOINER
    return is_mark or before == JOINER or SKIN_TONES[0] <= letter <= SKIN_TONES[1]


def _replace_piece(text: str, piece: str, added: str) -> str:
    """Return a text with `added` instead of a piece of it, or at its end where there is none."""
    if not piece:
        return SEPARATOR.join(filter(None, (text.rstrip(), added)))
    framed = _frame(text).replace(_frame(piece), _frame(added), 1)
    return framed.removeprefix(SEPARATOR).removesuffix(SEPARATOR)


def _measure_beginning(text: str, added: str) -> int:
    """Return how many characters of the beginning of `added` stand in a text as its paragraphs."""
    framed = _frame(text)
    start = framed.find(SEPARATOR + added[:LEAST_BEGINNING])
    if start < 0:
        return 0
    there = framed[start + len(SEPARATOR) :]
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(there, added, strict=False))
    )
    if same == len(added):
        return same
    return max(0, there.rfind(SEPARATOR, 0, same + len(SEPARATOR)))


def _is_known(text: str, known: Iterable[str]) -> bool:
    """Return whether `text` stands in one of the `known` texts, as paragraphs of its own."""
    if not text.strip():
        return True
    wanted = _frame(text)
    return any(wanted in _frame(one) for one in known)


def _is_known_part(part: NotePart, known: Sequence[str], *, times: int) -> bool:
    """Tell whether one of the `known` texts has a part so many times.

    An app may have entries that are the same, letter by letter.
    """
    words = part.words or part.text
    wanted = [_frame_apart(part.text), _frame_apart(words)]
    if len(words) >= LONG_ENOUGH:
        wanted.append(f"{_frame_apart(words).removesuffix(SEPARATOR)}\n")
    framed = [_frame_apart(one) for one in known]
    return not part.text.strip() or any(
        one.count(text) >= times for one in framed for text in wanted
    )


def _find_shorter(note: str, text: str, others: Collection[str]) -> str:
    """Return the paragraphs of a note that `text` has grown from; nothing where there are none.

    They stand in the note, `text` begins with them and goes on in a new line, and no other entry is
    these. The first place is taken at which one paragraph fits: all places would take too long.
    """
    text, grown = text.strip(), ""
    at = 0
    for paragraph in note.strip().split(SEPARATOR):
        if not text.startswith(f"{paragraph}\n", at):
            if at:
                break
            continue
        if text[: at + len(paragraph)] not in others:
            grown = text[: at + len(paragraph)]
        at += len(paragraph) + len(SEPARATOR)
        if not text.startswith(SEPARATOR, at - len(SEPARATOR)):
            break
    return grown.strip()


def _frame(text: str) -> str:
    return f"{SEPARATOR}{text.strip()}{SEPARATOR}"


def _frame_apart(text: str) -> str:
    """Return a text with a frame around each paragraph, so that the same ones can be counted.

    Blanks at the ends of lines and more than one empty line do not count.
    """
    lines = "\n".join(line.strip() for line in text.strip().split("\n"))
    return _frame(EMPTY_LINES.sub(SEPARATOR * 2, lines))
