"""The values of the practice: keys, behaviours, questions, and what a day asked and scored."""

from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Something a leader did or did not do today; `text` says it, to follow the word "I".

    `score_sentence` is what a mirror score answers: "How far did you … today?"
    """

    slug: str
    name: str
    text: str
    score_sentence: str


@dataclass(frozen=True, slots=True)
class Key:
    """One of the three keys, with its behaviours in the order of the practice.

    `text` is one line that says what it means. `score_sentence` is what a mirror score answers
    where the question asks about no behaviour.
    """

    slug: str
    name: str
    text: str
    score_sentence: str
    team_sentence: str
    behaviours: tuple[Behaviour, ...]

    def get_score_sentence(self, behaviour: str | None) -> str:
        """Return what a mirror score answers: of a behaviour, or of the key without one.

        Raises KeyError if the key has no behaviour of that slug.
        """
        if behaviour is None:
            return self.score_sentence
        return {known.slug: known.score_sentence for known in self.behaviours}[behaviour]

    def ask_team(self, leader: str, month: str) -> str:
        """Return what the team scores: how far the leader of that name lived the key in `month`."""
        return self.team_sentence.format(leader=leader, month=month)


@dataclass(frozen=True, slots=True)
class Question:
    """A question under a key: from the catalogue, or the leader's `own`.

    An own question may have no behaviour, and may have a rhythm: `every_days` days.
    """

    id: str
    key: str
    behaviour: str | None
    text: str
    every_days: int | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class DayQuestion:
    """A question that was served on a local day, under the key it had that day."""

    question: str
    key: str
    behaviour: str | None
    local_date: LocalDate


@dataclass(frozen=True, slots=True)
class MirrorScore:
    """A mirror score, 1 to 5, that the leader gave for a local day."""

    key: str
    behaviour: str | None
    score: int
    local_date: LocalDate
