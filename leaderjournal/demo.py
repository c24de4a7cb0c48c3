"""The demo: a year of invented reflections, to look around in."""

import itertools
import random
from datetime import UTC, datetime, time, timedelta

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.days import Instant, days_after
from leaderjournal.questions import store as questions_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import ReviewContent
from leaderjournal.reviews.pictures.rules import months_until
from leaderjournal.reviews.summaries.rules import Period

EMAIL, PASSWORD = "demo@example.com", "look in the mirror"
DAYS = 365

SAID = {
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
LOOKED_BACK = (
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
NEXT = (
    "Call the two quiet deals before ten.",
    "Ask Tomas what he would do, and then do that.",
    "Say thank you to Ana where others hear it.",
)


def make_demo(*, now: Instant) -> str:
    """Make the demo account with its year up to now; leave it alone where it is there."""
    if accounts_store.account_id_of(EMAIL) is not None:
        return f"The demo account is there: {EMAIL} / {PASSWORD}"
    began = Instant(now - timedelta(days=DAYS))
    leader = accounts_store.register(
        email=EMAIL,
        password=PASSWORD,
        name="Dana Demo",
        time_zone="Europe/Berlin",
        language="en",
        now=began,
    )
    chance = random.Random(2016)  # noqa: S311 - invented words, the same each time
    today = leader.today(now)
    for back in range(DAYS - 1, -1, -1):
        day = days_after(today, -back)
        away = chance.random()
        skipped = away < (0.85 if day.isoweekday() > 5 else 0.08)
        if skipped and back:
            continue
        written_at = Instant(now - timedelta(days=back, minutes=chance.randrange(30)))
        questions = questions_store.questions_of_day(
            leader.sealer, day, scored=reflections_store.scores_before(leader.id, day)
        )
        progress = 1 - back / DAYS
        answers = tuple(
            Answer(
                key=question.key,
                behaviour=question.behaviour,
                question=question.id,
                score=max(1, min(5, round(chance.gauss(2.6 + 1.2 * progress, 1.0)))),
                text=chance.choice(SAID[question.key]) if chance.random() < 0.75 else "",
            )
            for question in questions
        )
        content = DayContent(
            answers,
            note=chance.choice(NOTES) if chance.random() < 0.3 else "",
            commitment=chance.choice(NEXT) if chance.random() < 0.35 else "",
        )
        writing = reflections_store.Writing(written_at, leader.time_zone, leader.day_starts_at)
        reflections_store.put(leader.sealer, day, content, writing=writing, now=written_at)
    this = Period(today.year, today.month)
    for month, looked in zip(months_until(this, 6)[:-1], itertools.cycle(LOOKED_BACK)):
        written_at = Instant(datetime.combine(month.last, time(17), tzinfo=UTC))
        monthly_store.put(leader, month, looked, now=written_at)
    return f"A year of reflections is in the demo account: {EMAIL} / {PASSWORD}"
