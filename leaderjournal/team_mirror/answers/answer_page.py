"""The page on which someone of the team answers, prepared for its template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.forms import parse_whole_number
from leaderjournal.kernel.problems import Errors
from leaderjournal.practice import catalogue
from leaderjournal.team_mirror.answers.store import Invitation
from leaderjournal.team_mirror.rules import MIN_ANSWERS, MIN_ANSWERS_FOR_LINES


@dataclass(frozen=True, slots=True)
class KeyField:
    """A key to score, with what was typed and what is wrong with it."""

    slug: str
    name: str
    meaning: str
    question: str
    score: int | str
    score_errors: Sequence[str]
    line: str
    line_errors: Sequence[str]


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """The page of one link; `score_words` are the five scores with their words."""

    token: str
    leader: str
    month_name: str
    issued: int
    keys: Sequence[KeyField]
    score_words: Sequence[tuple[int, str]]
    min_answers: int
    min_answers_for_lines: int
    errors: Errors
    field_names: Mapping[str, str]

    @property
    def is_preview(self) -> bool:
        """Whether this is the leader's preview, without a link that could answer."""
        return not self.token


def build_answer_page(
    token: str, invitation: Invitation, *, submitted: Mapping[str, str], errors: Errors
) -> AnswerPage:
    """Return the page of a link, with an answer that could not be saved."""
    field_names: dict[str, str] = {}
    for key in catalogue.list_keys():
        field_names |= {f"score-{key.slug}": key.name, f"line-{key.slug}": f"{key.name}, comment"}
    return AnswerPage(
        token=token,
        leader=invitation.leader,
        month_name=invitation.month_name,
        issued=invitation.issued,
        keys=[
            KeyField(
                slug=key.slug,
                name=key.name,
                meaning=key.text,
                question=key.ask_team(invitation.leader, invitation.month_name),
                score=parse_whole_number(submitted.get(f"score-{key.slug}", "")),
                score_errors=errors.get(f"score-{key.slug}", []),
                line=submitted.get(f"line-{key.slug}", ""),
                line_errors=errors.get(f"line-{key.slug}", []),
            )
            for key in catalogue.list_keys()
        ],
        score_words=list(catalogue.MIRROR_SCORES.items()),
        min_answers=MIN_ANSWERS,
        min_answers_for_lines=MIN_ANSWERS_FOR_LINES,
        errors=errors,
        field_names=field_names,
    )
