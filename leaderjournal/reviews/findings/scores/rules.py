"""What stood out in the scores of a month."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key
from leaderjournal.reviews.findings.chance.rules import Sample, compute_t, is_beyond_chance
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.reports.rules import PeriodReport
from leaderjournal.reviews.summaries.rules import ScoreSum, WrittenDay, add_up_scores

LET_GO = "let-go"
CHANGE, SINCE_HAND_OFF, TEAM_GAP, LONG_CHANGE, WEEKDAY, BEHAVIOUR = 90, 85, 80, 60, 50, 45
"""How much each kind of sentence tells: what changed comes before what is so anyway."""

SEASON = 3
"""Months that are put together at both ends of the twelve, so that one odd month moves nothing."""
LEAST_MONTHS, LEAST_LONG_CHANGE = 9, 0.4
"""Months with scores of the twelve: three lie between both ends at least, so that it is a trend."""

LEAST_AROUND_HAND_OFF = 6
"""Scores of let go that both sides of a hand-off need: a week of practice days and one more."""

TEAM_SPREAD, LEAST_GAP, LEAST_OWN = 0.9, 0.5, 5
"""People's scores of one leader differ by about 0.9 (as one to five usually does around a middle of
three to four). A team's mean of n answers is then uncertain by 0.9 / sqrt(n), and twice that is a
gap worth a sentence."""

LEAST_ON_WEEKDAY, LEAST_ON_OTHERS, WEEKDAY_T, LEAST_WEEKDAY_CHANGE = 4, 12, 3.2, 0.7
"""Seven weekdays are compared with the other days, each with few days: 5 % for all of them together
is 0.7 % for each, which t exceeds at about 3."""

LEAST_ON_BEHAVIOUR, LEAST_ON_KEY, BEHAVIOUR_T, LEAST_BEHAVIOUR_CHANGE = 4, 8, 3.6, 1.0
"""Of two dozen behaviours few get four scores in a month; the bar is high since many are tried."""

QUOTED_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that the figures bear out.

    `topic` is what it speaks of, `is_low` that it speaks of something that went down or was left.
    """

    topic: str
    weight: float
    sentence: str
    is_low: bool = False


def list_score_findings(
    report: PeriodReport, keys: Sequence[Key], *, is_over: bool
) -> Iterator[Finding]:
    """Yield what stood out in the scores of a month; a month that `is_over` is told as past."""
    yield from _find_changes(report, keys, is_over=is_over)
    yield from _find_change_since_hand_off(report, keys)
    yield from _find_team_gaps(report, keys)
    yield from _find_long_changes(report, keys)
    yield from _find_weekday(report)
    yield from _find_behaviours(report, keys)


def quote(text: str) -> str:
    """Return the beginning of a leader's own words in quotation marks."""
    line = " ".join(text.split())
    if len(line) > QUOTED_LENGTH:
        line = f"{line[:QUOTED_LENGTH].rsplit(' ', 1)[0]} …"
    return f"“{line}”"


def _find_changes(report: PeriodReport, keys: Sequence[Key], *, is_over: bool) -> Iterator[Finding]:
    """Yield the keys that rose or fell on the month before."""
    month, before = report.period, report.period.previous
    sums = _get_sums(report)
    for key in keys:
        then, now = _add_up(sums, [before], key), _add_up(sums, [month], key)
        if not is_beyond_chance(then, now):
            continue
        rose = compute_t(then, now) > 0
        if is_over:
            verb = "rose" if rose else "fell"
            sentence = f"{key.name} {verb} from {then.mean:.1f} in {before.short_title}"
            sentence += f" to {now.mean:.1f} in {month.short_title}."
        else:
            way = "up" if rose else "down"
            sentence = f"{key.name} is at {now.mean:.1f} so far, {way} from {then.mean:.1f}"
            sentence += f" in {before.short_title}."
        strength = min(4, abs(compute_t(then, now)) / 4)
        yield Finding(key.slug, CHANGE + strength, sentence, is_low=not rose)


def _find_long_changes(report: PeriodReport, keys: Sequence[Key]) -> Iterator[Finding]:
    """Yield the key that changed most from the first three months with scores to the last three."""
    sums = _get_sums(report)
    found = []
    for key in keys:
        months = [
            month
            for month in list_charted_months(report.period)
            if sums.get(month, {}).get(key.slug)
        ]
        first, last = months[:SEASON], months[-SEASON:]
        if len(months) < LEAST_MONTHS or last[-1] != report.period:
            continue
        then, now = _add_up(sums, first, key), _add_up(sums, last, key)
        if is_beyond_chance(then, now, least_change=LEAST_LONG_CHANGE):
            t = compute_t(then, now)
            sentence = f"{key.name} averaged {now.mean:.1f} from {_name_span(last)}, "
            sentence += f"{'up' if t > 0 else 'down'} from {then.mean:.1f} in {_name_span(first)}."
            found.append((abs(t), key.slug, sentence, t < 0))
    if found:
        _, topic, sentence, is_low = max(found)
        yield Finding(topic, LONG_CHANGE, sentence, is_low=is_low)


def _find_change_since_hand_off(report: PeriodReport, keys: Sequence[Key]) -> Iterator[Finding]:
    """Yield the hand-off after which let go was scored higher, as a time and never as a cause.

    The day of the hand-off itself belongs to neither side. Of several, the clearest is told.
    """
    key = next((key for key in keys if key.slug == LET_GO), None)
    found = []
    for hand_off in report.journal.practice.handed_over:
        if key is None or hand_off.made_on not in report.period or hand_off.stepped_back_in_on:
            continue
        days = _list_days(report)
        then = _take_scores(days, LET_GO, last=hand_off.made_on)
        now = _take_scores(days, LET_GO, first=hand_off.made_on)
        if is_beyond_chance(then, now, least_scores=LEAST_AROUND_HAND_OFF):
            t = compute_t(then, now)
            to = f" to {hand_off.name}" if hand_off.name else ""
            day = f"{hand_off.made_on.day} {hand_off.made_on.strftime('%B')}"
            sentence = f"{key.name} rose from {then.mean:.1f} to {now.mean:.1f}"
            sentence += f" since you handed {quote(hand_off.text)}{to} on {day}."
            found += [(t, sentence)] if t > 0 else []
    if found:
        yield Finding(LET_GO, SINCE_HAND_OFF, max(found)[1])


def _find_team_gaps(report: PeriodReport, keys: Sequence[Key]) -> Iterator[Finding]:
    """Yield the key on which the team's scores are furthest from the leader's own."""
    found = []
    for key in keys:
        own, team = report.summary.by_key[key.slug], (report.summary.team or {}).get(key.slug)
        if team is None or own.mean is None or own.count < LEAST_OWN:
            continue
        gap = round(round(team.mean, 1) - round(own.mean, 1), 1)
        if abs(gap) >= max(LEAST_GAP, 2 * TEAM_SPREAD / team.n**0.5):
            way = "higher" if gap > 0 else "lower"
            sentence = f"Your team scored you {abs(gap)} {way} on {key.name} than you did yourself."
            found.append((abs(gap), sentence, gap < 0))
    if found:
        _, sentence, is_low = max(found)
        yield Finding("team", TEAM_GAP, sentence, is_low=is_low)


def _find_weekday(report: PeriodReport) -> Iterator[Finding]:
    """Yield the weekday whose days were scored unlike the others.

    A day counts once, with its mean: the three scores of a day are alike.
    """
    by_weekday: defaultdict[int, list[float]] = defaultdict(list)
    names: dict[int, str] = {}
    for day in _list_days(report):
        if day.scores:
            by_weekday[day.date.isoweekday()].append(sum(day.scores.values()) / len(day.scores))
            names[day.date.isoweekday()] = f"{day.date.strftime('%A')}s"
    found = []
    for weekday, means in by_weekday.items():
        others = [mean for other, of in by_weekday.items() if other != weekday for mean in of]
        if len(means) < LEAST_ON_WEEKDAY or len(others) < LEAST_ON_OTHERS:
            continue
        then, now = Sample.from_values(others), Sample.from_values(means)
        if is_beyond_chance(
            then,
            now,
            critical=WEEKDAY_T,
            least_scores=LEAST_ON_WEEKDAY,
            least_change=LEAST_WEEKDAY_CHANGE,
        ):
            way = "higher" if compute_t(then, now) > 0 else "lower"
            sentence = f"You scored {names[weekday]} {way}: {now.mean:.1f} on average,"
            found.append((abs(compute_t(then, now)), f"{sentence} {then.mean:.1f} on other days."))
    if found:
        sentence = max(found)[1]
        yield Finding("weekday", WEEKDAY, sentence, is_low=" lower: " in sentence)


def _find_behaviours(report: PeriodReport, keys: Sequence[Key]) -> Iterator[Finding]:
    """Yield the behaviours whose scores differ from the others of their key."""
    for key in keys:
        scores: defaultdict[str, list[int]] = defaultdict(list)
        for day in _list_days(report):
            slug = day.behaviours.get(key.slug)
            if slug and key.slug in day.scores:
                scores[slug].append(day.scores[key.slug])
        for behaviour in key.behaviours:
            own = scores.get(behaviour.slug, [])
            others = [
                score for slug, of in scores.items() if slug != behaviour.slug for score in of
            ]
            if len(own) < LEAST_ON_BEHAVIOUR or len(others) < LEAST_ON_KEY:
                continue
            then, now = Sample.from_values(others), Sample.from_values(own)
            if is_beyond_chance(
                then,
                now,
                critical=BEHAVIOUR_T,
                least_scores=LEAST_ON_BEHAVIOUR,
                least_change=LEAST_BEHAVIOUR_CHANGE,
            ):
                rose = compute_t(then, now) > 0
                sentence = f"{behaviour.name} averaged {now.mean:.1f} over {now.count} days, "
                sentence += f"{'above' if rose else 'below'} the {then.mean:.1f} of the rest"
                yield Finding(
                    key.slug,
                    BEHAVIOUR + min(4, abs(compute_t(then, now)) / 4),
                    f"{sentence} of {key.name}.",
                    is_low=not rose,
                )


def _get_sums(report: PeriodReport) -> dict[Period, dict[str, ScoreSum]]:
    """Return the sums of the scores of the twelve months, by month and key."""
    earlier = {month: dict(sums) for month, sums in report.journal.earlier_scores.items()}
    return earlier | add_up_scores(_list_days(report))


def _add_up(sums: dict[Period, dict[str, ScoreSum]], months: Sequence[Period], key: Key) -> Sample:
    found = (sums.get(month, {}).get(key.slug, ScoreSum()) for month in months)
    return Sample.from_sum(sum(found, ScoreSum()))


def _list_days(report: PeriodReport) -> list[WrittenDay]:
    return [day for day in report.journal.days if day.date in report.period]


def _take_scores(
    days: Sequence[WrittenDay],
    key: str,
    *,
    first: LocalDate | None = None,
    last: LocalDate | None = None,
) -> Sample:
    """Return a key's scores after `first` and before `last`, both left out."""
    return Sample.from_values(
        [
            day.scores[key]
            for day in days
            if key in day.scores
            and (first is None or day.date > first)
            and (last is None or day.date < last)
        ]
    )


def _name_span(months: Sequence[Period]) -> str:
    return f"{months[0].short_title} to {months[-1].short_title}"
