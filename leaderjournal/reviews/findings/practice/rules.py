"""What stood out in the practice days and the practice log of a month."""

from collections.abc import Iterator, Sequence

from leaderjournal.practice_log.summary.rules import HandedOver
from leaderjournal.reviews.findings.scores.rules import Finding, quote
from leaderjournal.reviews.reports.rules import PeriodReport

UNHELPED, STEPPED_BACK_IN, COMPLETED, COMMITMENTS = 70, 65, 40, 35
"""People come before records: a check-in can be made up for, a full month is nice to know."""

LEAST_EXPECTED = 8
"""Practice days of which all are completed: fewer are no month."""
LEAST_SETTLED, LEAST_SHARE_KEPT = 4, 0.8
"""Settled commitments, and the share of them that was kept; the figures alone say a lower one."""


def list_practice_findings(report: PeriodReport, *, is_over: bool) -> Iterator[Finding]:
    """Yield what stood out in the log of a month; a month that `is_over` is told as past."""
    yield from _find_unhelped(report)
    yield from _find_stepped_back_in(report)
    yield from _find_completed(report, is_over=is_over)
    yield from _find_commitments(report)


def _find_unhelped(report: PeriodReport) -> Iterator[Finding]:
    """Yield who got nothing in the month and is overdue by the leader's own plan."""
    people = report.journal.practice.unhelped
    if not people:
        return
    month = report.period.short_title
    if len(people) == 1:
        plan = "day" if people[0].every_days == 1 else f"{people[0].every_days} days"
        sentence = f"You logged no help for {people[0].name} in {month}; your plan is every {plan}."
    else:
        names = _join_names([person.name for person in people])
        sentence = f"You logged no help for {names} in {month}, less often than you planned."
    yield Finding("people", UNHELPED, sentence, is_low=True)


def _find_stepped_back_in(report: PeriodReport) -> Iterator[Finding]:
    back = [
        hand_off
        for hand_off in report.journal.practice.handed_over
        if hand_off.stepped_back_in_on and hand_off.stepped_back_in_on in report.period
    ]
    if len(back) == 1:
        yield Finding("hand-offs", STEPPED_BACK_IN, _tell_step_back(back[0]), is_low=True)
    elif back:
        sentence = f"You stepped back in on {len(back)} hand-offs in {report.period.short_title}."
        yield Finding("hand-offs", STEPPED_BACK_IN, sentence, is_low=True)


def _tell_step_back(hand_off: HandedOver) -> str:
    back_on = hand_off.stepped_back_in_on or hand_off.made_on
    day = f"{back_on.day} {back_on.strftime('%B')}"
    whose = f", which you had handed to {hand_off.name}" if hand_off.name else ""
    return f"On {day} you stepped back in on {quote(hand_off.text)}{whose}."


def _find_completed(report: PeriodReport, *, is_over: bool) -> Iterator[Finding]:
    kept, expected = report.summary.days_kept, report.summary.days_expected
    if expected >= LEAST_EXPECTED and kept == expected:
        so_far = "" if is_over else " so far"
        sentence = f"You completed every practice day{so_far}: {kept} of {expected}."
        yield Finding("completion", COMPLETED, sentence)


def _find_commitments(report: PeriodReport) -> Iterator[Finding]:
    made = report.summary.commitments
    settled = made.kept + made.missed
    if settled >= LEAST_SETTLED and made.kept >= LEAST_SHARE_KEPT * settled:
        whole = f"all {settled}" if made.kept == settled else f"{made.kept} of the {settled}"
        yield Finding(
            "commitments", COMMITMENTS, f"You kept {whole} commitments that you have closed."
        )


def _join_names(names: Sequence[str]) -> str:
    if len(names) == 2:
        return f"{names[0]} and {names[1]}"
    others = "other" if len(names) == 3 else "others"
    return f"{names[0]}, {names[1]} and {len(names) - 2} {others}"
