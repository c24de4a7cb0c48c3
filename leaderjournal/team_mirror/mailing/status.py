"""The progress of a mirror's mails in words."""

from dataclasses import dataclass

from leaderjournal.team_mirror.mailing.rules import MailingProgress


@dataclass(frozen=True, slots=True)
class MailingStatus:
    """What the leader reads about the mails; `missing` is empty unless links can be handed out."""

    summary: str
    problems: tuple[str, ...]
    missing: str


def format_progress(progress: MailingProgress) -> MailingStatus:
    """Return the progress in words."""
    sentences = [f"{progress.sent} of {_count(progress.total, 'link is', 'links are')} sent."]
    if progress.waiting:
        sentences.append(f"{_count(progress.waiting, 'is', 'are')} still on the way.")
    if progress.by_hand:
        sentences.append(f"{_count(progress.by_hand, 'was', 'were')} made for you to hand out.")
    problems = []
    if progress.unsent:
        problems.append(f"{progress.unsent} could not be sent.")
    if progress.in_doubt:
        problems.append(
            f"{progress.in_doubt} may not have arrived: the service stopped while sending."
        )
    missing = _count(progress.missing, "link", "links") if progress.missing else ""
    return MailingStatus(" ".join(sentences), tuple(problems), missing)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
