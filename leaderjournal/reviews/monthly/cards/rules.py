"""A monthly review as a card, as a form and as a list of versions, ready to be written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from leaderjournal.kernel.days import Instant
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent, ReviewVersion, is_step


@dataclass(frozen=True, slots=True)
class ReviewCard:
    """A month's review as it was written: the answers by question, and the key to lean on."""

    answers: tuple[tuple[str, str], ...]
    lean_on: Key | None


@dataclass(frozen=True, slots=True)
class ReviewField:
    """A field of the form: its question and what is written in it."""

    name: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class VersionCard:
    """An earlier version; `fields` are what a form posts to restore it."""

    version: int
    saved_at: Instant
    card: ReviewCard
    is_empty: bool
    fields: tuple[tuple[str, str], ...]


def build_review_card(content: ReviewContent, keys: Sequence[Key]) -> ReviewCard:
    """Return a review with the questions that were answered."""
    document = content.to_document()
    answers = tuple(
        (question, document[field])
        for field, question in QUESTIONS.items()
        if document[field].strip()
    )
    return ReviewCard(answers, next((key for key in keys if key.slug == content.lean_on), None))


def group_versions(
    current: ReviewVersion, earlier: Sequence[ReviewVersion], keys: Sequence[Key]
) -> list[tuple[bool, list[VersionCard]]]:
    """Return the earlier versions, newest first, those of one sitting's typing together.

    Each group says whether it is made of such steps.
    """
    following = [current, *earlier]
    steps = [
        is_step(version.content, later.content, between=later.saved_at - version.saved_at)
        for version, later in zip(earlier, following, strict=False)
    ]
    groups = groupby(zip(steps, earlier, strict=True), lambda pair: pair[0])
    return [
        (are_steps, [_build_version(version, keys) for _, version in group])
        for are_steps, group in groups
    ]


def _build_version(version: ReviewVersion, keys: Sequence[Key]) -> VersionCard:
    document = version.content.to_document()
    return VersionCard(
        version.version,
        version.saved_at,
        build_review_card(version.content, keys),
        is_empty=not version.content.has_content,
        fields=tuple((name, text or "") for name, text in document.items()),
    )
