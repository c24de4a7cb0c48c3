"""The demo account: a year of invented reflections to explore."""

import itertools
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import new_id, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Question
from leaderjournal.practice_log import store as log_store
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import (
    ACTS,
    Content,
    HandOff,
    Kind,
    Number,
    Person,
    Win,
)
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.questions.served import store as served_questions_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import ReviewContent
from leaderjournal.reviews.periods.rules import Period, list_months_until
from leaderjournal.team_mirror.imports import store as mirror_imports_store
from leaderjournal.team_mirror.imports.store import ClosedMirror
from leaderjournal.team_mirror.rules import GRACE_DAYS, Tally, close_tally

EMAIL, PASSWORD = "demo@example.com", "look in the mirror"
DAYS = 365

ANSWERS = {
    "lead-from-front": (
        "Sat in on Mira's renewal call and kept quiet until she asked. The customer noticed.",
        "Went through the pipeline line by line. Two deals had not moved in three weeks.",
        "The number slipped and I looked for reasons outside first. Caught it by noon.",
        "Made the first cold call of the morning myself. The room got louder after that.",
        "Skipped the review because the day was full. They will have read that as: it is optional.",
        "Asked Jonas for a forecast I had not done for my own accounts. Did mine over lunch.",
    ),
    "protect-and-serve": (
        "Half an hour with Tomas on his discovery questions. He found the gap himself.",
        "Told Ana plainly that the handover was late for the second time. She took it well.",
        "Kept the pricing debate away from the team until there was something to decide.",
        "Promised Mira an answer on her territory and let the day run past it.",
        "Stood by Jonas when the customer blamed him for our delivery date.",
        "Measured today by what the team closed and not by my own calls. Harder than it sounds.",
    ),
    "let-go": (
        "The proposal went out without my eyes on it. It was good. Better than mine, honestly.",
        "Gave Ana the Thursday review. Sat at the back and wrote nothing down.",
        "Took the deck back at eleven at night. Not proud of it.",
        "Tomas lost the small deal his way, and learned more than from a win of mine.",
        "We rang the bell for the first booked meeting too, not only for the signature.",
        "Asked HR into the second interview. They saw what I would have talked myself out of.",
    ),
}
NOTES = (
    "Short night, long day, better mood than it deserved.",
    "The quarter is closer than it looks from inside the week.",
    "Walked home. Thought about who I was in that meeting.",
)
REVIEWS = (
    ReviewContent(
        mirror="I inspect what I like to inspect. The quiet deals got nothing from me.",
        grew="Ana runs the Thursday review now, and runs it better than I did.",
        let_go="The deck for the board, after the third time I took it back.",
        lean_on="let-go",
    ),
    ReviewContent(
        mirror="The pace was mine, and so was the hurry in it.",
        grew="Tomas asks the second question now.",
        let_go="Approving proposals under fifty thousand.",
        lean_on="protect-and-serve",
    ),
)
TEAM_SCORES = (
    ((2, 3, 3, 4, 4), (2, 2, 3, 3, 3), (3, 3, 3, 4, 4)),
    ((3, 3, 4, 4, 4), (2, 3, 3, 3, 3), (3, 3, 3, 4, 4)),
    ((3, 4, 4, 4, 5), (2, 3, 3, 3, 3), (3, 4, 4, 4, 5)),
)
"""Sorted scores of five people by key, month by month, as a mirror stores them."""
TEAM_LINES = (
    ("You were in the room when it counted.", "More of the quiet deals, please."),
    ("Ask me before you help me.", "I would like to hear it first when I did well."),
    ("I decided it, and it held.", "Thank you for not opening the deck."),
)
COMMITMENTS = (
    "Call the two quiet deals before ten.",
    "Ask Tomas what he would do, and then do that.",
    "Say thank you to Ana where others hear it.",
)

TEAM = (("Mira", 7), ("Jonas", 7), ("Tomas", 10), ("Ana", 14))
HAND_OFFS = (
    (150, "Ana", "The Thursday review", None),
    (96, "Tomas", "Deals under twenty thousand, price included", None),
    (70, "Mira", "The deck for the board", 66),
    (21, "Jonas", "The forecast of the region", None),
)
WINS = (
    (64, "Tomas", "His first deal without me in the room", "Bell, and his story told on Friday"),
    (33, "Ana", "The renewal that three of us had given up", "Lunch for the two of them"),
    (12, "Mira", "A meeting with the customer nobody reached", "Said it in the Monday round"),
    (1, "Jonas", "A forecast that held to the day", ""),
)


def create_demo(*, now: Instant) -> str:
    """Create the demo account with its year up to `now`, unless it exists; return a sentence."""
    if accounts_store.find_account_id(EMAIL) is not None:
        return f"The demo account is there: {EMAIL} / {PASSWORD}"
    leader = accounts_store.create_account(
        email=EMAIL,
        password=PASSWORD,
        name="Dana Demo",
        time_zone="Europe/Berlin",
        language="en",
        now=Instant(now - timedelta(days=DAYS)),
    )
    chance = random.Random(2016)  # noqa: S311 - invented words, the same each time
    today = leader.today(now)
    _add_reflections(leader, chance, now=now)
    _add_reviews(leader, today)
    _add_log(leader, chance, now=now)
    _add_team_mirrors(leader, today)
    return f"A year of reflections is in the demo account: {EMAIL} / {PASSWORD}"


def _add_reflections(leader: Leader, chance: random.Random, *, now: Instant) -> None:
    """Save a day's reflection for most practice days; scores improve over the year."""
    today = leader.today(now)
    for days_ago in range(DAYS - 1, -1, -1):
        day = days_after(today, -days_ago)
        is_skipped = chance.random() < (0.85 if day.isoweekday() > 5 else 0.08)
        if is_skipped and days_ago:
            continue
        written_at = Instant(now - timedelta(days=days_ago, minutes=chance.randrange(30)))
        list_scores = partial(day_figures_store.list_scores_before, leader.id, day)
        questions = served_questions_store.get_questions_of_day(
            leader.cipher, day, list_scores=list_scores
        )
        content = _invent_content(questions, chance, progress=1 - days_ago / DAYS)
        writing = Writing(written_at, leader.time_zone, leader.day_starts_at)
        saving_store.save_day(leader.cipher, day, content, writing=writing, now=written_at)


def _invent_content(
    questions: Iterable[Question], chance: random.Random, *, progress: float
) -> DayContent:
    answers = tuple(
        Answer(
            key=question.key,
            behaviour=question.behaviour,
            question=question.id,
            score=max(1, min(5, round(chance.gauss(2.6 + 1.2 * progress, 1.0)))),
            text=chance.choice(ANSWERS[question.key]) if chance.random() < 0.75 else "",
        )
        for question in questions
    )
    return DayContent(
        answers,
        note=chance.choice(NOTES) if chance.random() < 0.3 else "",
        commitment=chance.choice(COMMITMENTS) if chance.random() < 0.35 else "",
    )


def _add_reviews(leader: Leader, today: LocalDate) -> None:
    """Save a review of each of the five months before this one."""
    months = list_months_until(Period(today.year, today.month), 6)[:-1]
    for month, content in zip(months, itertools.cycle(REVIEWS)):
        written_at = Instant(datetime.combine(month.last, time(17), tzinfo=UTC))
        monthly_store.save_review(leader, month, content, now=written_at)


def _add_team_mirrors(leader: Leader, today: LocalDate) -> None:
    this_month = Period(today.year, today.month)
    months = list_months_until(this_month, len(TEAM_SCORES) + 1)[:-1]
    mirrors = [
        ClosedMirror(
            month.name,
            days_after(month.last, GRACE_DAYS),
            close_tally(
                Tally(
                    unused=(),
                    issued=5,
                    answers=5,
                    scores=dict(zip(catalogue.KEY_SLUGS, scores, strict=True)),
                    lines=dict(zip(catalogue.KEY_SLUGS, TEAM_LINES, strict=True)),
                )
            ),
        )
        for month, scores in zip(months, TEAM_SCORES, strict=True)
    ]
    with write_transaction() as session:
        mirror_imports_store.import_mirrors(session, leader.cipher, mirrors)


def _add_log(leader: Leader, chance: random.Random, *, now: Instant) -> None:
    today = leader.today(now)

    def add_entry(kind: Kind, days_ago: int, content: Content) -> UUID:
        day = days_after(today, -days_ago)
        return entries_store.put_entry(leader.cipher, kind, new_id(), day, content, now=now)[0].id

    people = {name: add_entry(Kind.PERSON, 200, Person(name, every)) for name, every in TEAM}
    _add_acts(leader, people, chance, now=now)
    for days_ago, name, text, returned_days_ago in HAND_OFFS:
        returned = None if returned_days_ago is None else days_after(today, -returned_days_ago)
        add_entry(Kind.HAND_OFF, days_ago, HandOff(text, people[name], returned))
    for days_ago, name, text, how in WINS:
        celebrated = days_after(today, -days_ago) if how else None
        add_entry(Kind.WIN, days_ago, Win(text, people[name], how, celebrated))
    _settle_commitments(leader, chance, today)
    this_month = Period(today.year, today.month)
    for number, month in enumerate(list_months_until(this_month, 6)):
        target = 110.0 + 5 * number
        actual = None if month == this_month else round(target * chance.uniform(0.85, 1.12))
        content = Number(month.name, "k€", target, actual)
        entries_store.put_entry(leader.cipher, Kind.NUMBER, new_id(), month.first, content, now=now)


def _add_acts(
    leader: Leader, people: Mapping[str, UUID], chance: random.Random, *, now: Instant
) -> None:
    """Add what the leader did for each of the team; Ana is overdue."""
    for (name, every), latest in zip(TEAM, (0, 0, 0, 6), strict=True):
        days_ago = 180
        while days_ago > latest:
            acts = chance.sample(ACTS, chance.choice((1, 1, 2)))
            day = days_after(leader.today(now), -days_ago)
            people_store.put_acts(leader.cipher, people[name], day, acts, now=now)
            days_ago -= chance.randint(max(1, every - 5), every + 4)


def _settle_commitments(leader: Leader, chance: random.Random, today: LocalDate) -> None:
    """Mark commitments as kept or missed, but for those of the last days."""
    for commitment in commitments_store.list_commitments(leader.cipher, last=days_after(today, -4)):
        state = chance.choices(("kept", "missed"), (3, 1))[0]
        values = log_store.to_values(commitment) | {"state": state}
        evening = Instant(datetime.combine(commitment.content.due_on, time(17), tzinfo=UTC))
        log_store.save_entry(leader, Kind.COMMITMENT, commitment.id, values, now=evening)
