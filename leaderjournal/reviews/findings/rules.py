"""What stood out in a month: the sentences that its page shows, at most two.

Each is a rule over the month's figures with thresholds of its own, in `scores` and `practice`. A
sentence says what the figures say and never why. Of two sentences, one at most speaks of what went
down or was left undone, and no two speak of the same thing.
"""

from collections.abc import Iterable, Sequence

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.findings.chance.rules import MIN_SCORES
from leaderjournal.reviews.findings.practice.rules import list_practice_findings
from leaderjournal.reviews.findings.scores.rules import Finding, list_score_findings
from leaderjournal.reviews.reports.rules import PeriodReport

MOST_SENTENCES = 2
STEADY = "A steady month. No key moved more than your days usually differ."
STEADY_SO_FAR = "A steady month so far. No key moved more than your days usually differ."


def describe_month(
    report: PeriodReport, keys: Sequence[Key], *, today: LocalDate
) -> tuple[str, ...]:
    """Return the sentences about a month on the leader's local day `today`; the best comes first.

    There is none where too little is written to compare: not even that the month was steady.
    """
    is_over = report.period.last < today
    findings = [
        *list_score_findings(report, keys, is_over=is_over),
        *list_practice_findings(report, is_over=is_over),
    ]
    chosen = choose_findings(findings)
    if not chosen and can_compare(report, keys):
        return (STEADY if is_over else STEADY_SO_FAR,)
    return tuple(finding.sentence for finding in chosen)


def choose_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return at most two findings by weight, of different topics, one of them low at most."""
    chosen: list[Finding] = []
    for finding in sorted(findings, key=lambda found: -found.weight):
        is_new = all(finding.topic != other.topic for other in chosen)
        if is_new and not (finding.is_low and any(other.is_low for other in chosen)):
            chosen.append(finding)
    return tuple(chosen[:MOST_SENTENCES])


def can_compare(report: PeriodReport, keys: Sequence[Key]) -> bool:
    """Tell whether each key has enough scores in the month and in the month before."""
    before, now = report.months[-2].by_key, report.months[-1].by_key
    return all(min(before[key.slug].count, now[key.slug].count) >= MIN_SCORES for key in keys)
