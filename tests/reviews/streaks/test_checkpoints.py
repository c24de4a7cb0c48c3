"""Checkpoints change no figure, whatever is written, deleted, restored, imported or paused."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from counting import count_statements
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause
from leaderjournal.accounts.store import find_leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import LocalDate, days_after, to_instant
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.imports.store import DayToImport, import_days
from leaderjournal.reflections.rules import Answer, DayContent, Writing, find_last_settled_day
from leaderjournal.reflections.saving.store import save_day
from leaderjournal.reflections.trash.store import delete_day, restore_day
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.reports.store import get_journal
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.reviews.streaks.checkpoints import Checkpoint
from leaderjournal.reviews.streaks.models import StreakCheckpoint
from leaderjournal.reviews.streaks.rules import (
    compute_steadiness,
    compute_streak,
    count_longest_streak,
)
from leaderjournal.reviews.summaries.rules import summarize

ZONE = "Europe/Berlin"
FIRST = LocalDate(date(2026, 1, 12))
LAST_STEP = 260

steps = st.integers(0, LAST_STEP)
contents = st.builds(
    lambda keys, text: DayContent(tuple(Answer(key, score=3, text=text) for key in keys)),
    st.sets(st.sampled_from(KEY_SLUGS)),
    st.sampled_from(["", "I listened."]),
)
saves = st.tuples(st.just("save"), steps, contents, st.sampled_from([0, 1, 20]))
runs = st.tuples(st.just("save run"), steps, st.integers(5, 60), contents)
imports = st.tuples(st.just("import_days"), st.sets(steps, min_size=1, max_size=20), contents)
deletions = st.tuples(st.sampled_from(["delete", "restore"]), steps)
pauses = st.tuples(st.just("pause"), steps, st.integers(0, 40))
weekdays = st.tuples(st.just("weekdays"), steps, st.sets(st.integers(1, 7), min_size=1))
resumptions = st.tuples(st.just("resume"))
histories = st.lists(
    st.one_of(runs, saves, imports, deletions, pauses, weekdays, resumptions), max_size=14
)


def day(step: int) -> LocalDate:
    return days_after(FIRST, step)


def noon(local_date: LocalDate):
    return to_instant(datetime.combine(local_date, time(12), ZoneInfo(ZONE)))


class Practice:
    """A leader whose days and practice calendar are changed through the stores."""

    def __init__(self, account: UUID) -> None:
        self.leader = find_leader(account)
        self.cipher = self.leader.cipher

    def do(self, change, *given):
        getattr(self, change.replace(" ", "_"))(*given)

    def save(self, step, content, late=0):
        written_at = noon(day(step + late))
        writing = Writing(written_at, ZONE, time(3))
        save_day(self.cipher, day(step), content, writing=writing, now=written_at)

    def save_run(self, first, number, content):
        for step in range(first, first + number):
            self.save(step, content)

    def import_days(self, chosen, content):
        days = [
            DayToImport(day(step), content, Writing(noon(day(step)), ZONE, time(3)))
            for step in sorted(chosen)
        ]
        with write_transaction() as session:
            import_days(session, self.cipher, days, now=noon(day(LAST_STEP)))

    def delete(self, step):
        delete_day(self.cipher, day(step), now=noon(day(LAST_STEP)))

    def restore(self, step):
        restore_day(self.cipher, day(step))

    def pause(self, step, length):
        calendar_store.add_pause(self.leader.id, Pause(day(step), day(step + length)))

    def resume(self):
        for pause in calendar_store.list_pauses(self.leader.id)[:1]:
            calendar_store.remove_pause(self.leader.id, pause.id)

    def weekdays(self, step, chosen):
        with write_transaction() as session:
            calendar_store.set_practice_days(
                session, self.leader.id, frozenset(chosen), effective_from=day(step)
            )


def count_from_the_first_day(leader, today):
    """Return the streak, that of each key, and the steadiness, without any checkpoint."""
    calendar = calendar_store.load_calendar(leader.id)
    completed, answered = day_figures_store.list_counted_days(db.session, leader.id)
    in_time = {written for written, is_in_time in completed if is_in_time}
    return (
        compute_streak(in_time, calendar=calendar, today=today),
        {
            key: compute_streak(
                {written for slug, written in answered if slug == key},
                calendar=calendar,
                today=today,
            )
            for key in KEY_SLUGS
        },
        compute_steadiness(
            {written for written, _ in completed},
            calendar=calendar,
            joined=leader.joined_on,
            today=today,
        ),
    )


def list_checkpoint_days():
    return list(db.session.scalars(sa.select(StreakCheckpoint.through_date).order_by(sa.text("1"))))


@pytest.fixture
def practice(app, leader):
    with app.app_context():
        with write_transaction() as session:
            session.execute(sa.text("UPDATE accounts SET joined_on = '2026-01-12'"))
        yield Practice(UUID(leader.id))


@settings(max_examples=40)
@given(histories, st.integers(0, 40))
def test_no_change_of_the_past_makes_a_figure_differ_from_counting_all(app, leader, history, later):
    with app.app_context():
        with write_transaction() as session:
            session.execute(sa.text("UPDATE accounts SET joined_on = '2026-01-12'"))
            for table in ("reflections", "pauses", "practice_days_changes", "streak_checkpoints"):
                session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        practice = Practice(UUID(leader.id))
        today = day(LAST_STEP + later)
        for change in history:
            practice.do(*change)
            found = streaks_store.get_streaks(practice.leader, today=today)
            assert (found.overall, found.by_key, found.steadiness) == count_from_the_first_day(
                practice.leader, today
            )
        month = Period(2026, 8)
        in_time = [
            written
            for written, is_in_time in day_figures_store.list_completed_days(
                db.session, practice.leader.id
            )
            if is_in_time and written <= month.last
        ]
        journal = get_journal(practice.leader, month, today=today)
        assert summarize(month, journal, today=today).streak_longest == count_longest_streak(
            in_time,
            calendar=calendar_store.load_calendar(practice.leader.id),
            today=today,
            first=month.first,
            last=month.last,
        )
        assert not streaks_store.rebuild_checkpoints(practice.leader, today=today)
        found = streaks_store.get_streaks(practice.leader, today=today)
        assert (found.overall, found.by_key, found.steadiness) == count_from_the_first_day(
            practice.leader, today
        )


def test_checkpoint_is_read_as_it_was_written(practice):
    practice.save_run(0, 60, DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),)))
    stored = streaks_store._load_newest_checkpoint(db.session, practice.cipher)
    assert stored.through == find_last_settled_day(day(59))
    assert stored.overall.length == (stored.through - FIRST).days + 1
    assert Checkpoint.from_document(stored.through, stored.to_document()) == stored


def test_each_settled_month_has_a_checkpoint_and_a_changed_day_removes_the_later_ones(practice):
    content = DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),))
    practice.save_run(0, 180, content)
    ends = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    assert list_checkpoint_days()[:4] == ends
    practice.delete((date(2026, 3, 10) - FIRST).days)
    assert list_checkpoint_days() == ends[:2]
    practice.save(200, content)
    assert list_checkpoint_days()[-1] == find_last_settled_day(day(200))


def test_more_words_under_an_answer_leave_the_checkpoints(practice):
    content = DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),))
    practice.save_run(0, 180, content)
    before = list_checkpoint_days()
    practice.save(
        20, DayContent((Answer(KEY_SLUGS[0], score=4, text="I listened to Ada."),)), late=170
    )
    assert list_checkpoint_days() == before


def test_import_that_joins_days_of_two_settled_months_adds_each_checkpoint_once(practice):
    practice.import_days({120, 250}, DayContent())
    practice.import_days(
        {120, 250}, DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),))
    )
    assert list_checkpoint_days()[-1] == find_last_settled_day(day(250))
    assert not streaks_store.rebuild_checkpoints(practice.leader, today=day(LAST_STEP))


def test_checkpoint_of_a_month_that_is_not_settled_further_west_is_kept(practice):
    settled = LocalDate(date(2026, 6, 4))
    practice.save((settled - FIRST).days, DayContent((Answer(KEY_SLUGS[0], score=3),)))
    before = list_checkpoint_days()
    assert before[-1] == date(2026, 5, 31)
    assert not streaks_store.rebuild_checkpoints(practice.leader, today=days_after(settled, -1))
    assert list_checkpoint_days() == before


def test_change_of_the_calendar_removes_every_checkpoint(practice):
    practice.save_run(0, 100, DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),)))
    assert list_checkpoint_days()
    practice.pause(10, 3)
    assert list_checkpoint_days() == []


def test_rebuilding_reports_a_wrong_checkpoint_and_repairs_it(practice):
    practice.save_run(0, 100, DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),)))
    today = day(101)
    right = streaks_store.get_streaks(practice.leader, today=today)
    with write_transaction() as session:
        session.execute(
            sa.update(StreakCheckpoint)
            .values(
                state_encrypted=practice.cipher.encrypt_json(
                    Checkpoint().to_document(),
                    table="streak_checkpoints",
                    column="state_encrypted",
                    row="2026-03-31",
                )
            )
            .where(StreakCheckpoint.through_date == date(2026, 3, 31))
        )
    assert streaks_store.get_streaks(practice.leader, today=today) != right
    assert streaks_store.rebuild_checkpoints(practice.leader, today=today)
    assert streaks_store.get_streaks(practice.leader, today=today) == right
    assert not streaks_store.rebuild_checkpoints(practice.leader, today=today)


def test_streak_of_nine_months_takes_as_many_statements_and_days_as_that_of_one(app, practice):
    content = DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened."),))

    def count(today):
        with count_statements(app) as seen:
            streaks_store.get_streaks(practice.leader, today=today)
            checkpoint = streaks_store._load_checkpoint(db.session, practice.cipher, before=today)
            days = day_figures_store.list_completed_days(
                db.session, practice.leader.id, after=checkpoint.through
            )
        return len(seen), len(days)

    practice.save_run(0, 40, content)
    of_a_month, days_of_a_month = count(day(40))
    practice.save_run(40, LAST_STEP - 40, content)
    of_nine_months, days_of_nine_months = count(day(LAST_STEP))
    assert of_nine_months == of_a_month
    assert days_of_nine_months <= 34 >= days_of_a_month


@pytest.mark.parametrize(
    ("today", "through"),
    [
        (date(2026, 3, 3), date(2026, 1, 31)),
        (date(2026, 3, 4), date(2026, 2, 28)),
        (date(2026, 3, 31), date(2026, 2, 28)),
        (date(2026, 1, 4), date(2025, 12, 31)),
    ],
)
def test_month_is_settled_three_days_after_its_end(today, through):
    assert find_last_settled_day(LocalDate(today)) == through
