"""What an import adds to a day that is there: what is new is joined to it, and nothing is replaced.

Any text is new that no version of the day has; one that has grown by lines takes the place of what
it was. So what a leader has deleted or rewritten since an earlier import does not come back with
the next one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from leaderjournal.reflections.rules import Answer, DayContent

SEPARATOR = "\n\n"
LONG_ENOUGH = 40
"""So many characters are hardly those of another entry by chance."""


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
        note = stored.note
        given = parts or (NotePart(found.note),)
        for part in given:
            if not _is_known_part(part, [version.note for version in versions]):
                shorter = _find_shorter(note, part.text, {one.text.strip() for one in given})
                note = self._add_text(note, part.text, "the note", instead_of=shorter)
        commitment = stored.commitment
        if not _is_known(found.commitment, (version.commitment for version in versions)):
            if commitment.strip():  # it is one thing, that is kept or not
                self.left_out.append("There is a commitment already; that of the file stays out.")
            else:
                commitment = found.commitment
        answers = {answer.key: answer for answer in stored.answers}
        for answer in filter(_is_answered, found.answers):
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
            text = self._add_text(text, found.text, name)
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

    def _add_text(self, text: str, added: str, where: str, *, instead_of: str = "") -> str:
        """Return a text with what is `added` at its end, or else `instead_of` a piece of it."""
        if instead_of:
            framed = _frame(text).replace(_frame(instead_of), _frame(added), 1)
            joined = framed.removeprefix(SEPARATOR).removesuffix(SEPARATOR)
        else:
            joined = SEPARATOR.join(filter(None, (text.rstrip(), added.strip())))
        if len(joined) > self.longest:
            self.left_out.append(
                f"With it, {where} would hold more than {self.longest:,} characters, "
                "the most it may."
            )
            return text
        return joined


def _is_answered(answer: Answer) -> bool:
    return answer.is_answered


def _is_known(text: str, known: Iterable[str]) -> bool:
    """Return whether `text` stands in one of the `known` texts, as paragraphs of its own."""
    if not text.strip():
        return True
    wanted = _frame(text)
    return any(wanted in _frame(one) for one in known)


def _is_known_part(part: NotePart, known: Sequence[str]) -> bool:
    words = part.words or part.text
    if _is_known(part.text, known) or (part.words and _is_known(words, known)):
        return True
    begins = f"{SEPARATOR}{words.strip()}\n"
    return len(words) >= LONG_ENOUGH and any(begins in _frame(one) for one in known)


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
