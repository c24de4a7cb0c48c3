"""A search in segments finds what one day after another would, whatever is changed meanwhile."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, time, timedelta
from threading import Event
from uuid import UUID

import pytest
import sqlalchemy as sa
from factories import create_leader
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.store import find_leader
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import LocalDate, days_after, to_instant
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.imports.store import (
    DayToImport,
    Outcome,
    import_days,
    remove_imported_days,
)
from leaderjournal.reflections.models import Reflection
from leaderjournal.reflections.rewriting.store import rewrite_texts
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reflections.saving import store as saving_store
from leaderjournal.reflections.search.rules import build_searchable_text
from leaderjournal.reflections.search.segments import store as segments_store
from leaderjournal.reflections.search.segments.closing import store as closing_store
from leaderjournal.reflections.search.segments.models import SearchSegment
from leaderjournal.reflections.search.store import Filters, find_matching_days
from leaderjournal.reflections.search.texts import FIELDS
from leaderjournal.reflections.trash.store import delete_day, purge_deleted_days, restore_day
from leaderjournal.worker import run_chores

ZONE = "Europe/Berlin"
FIRST = LocalDate(date(2026, 1, 12))
LAST_STEP = 140
LATER = to_instant(datetime(2026, 9, 1, tzinfo=UTC))

TEXTS = ("", "I listened.", "Ana took the review.", "A banana, and Ána’s re-view", "Überraschend")
FILTERS = (
    Filters(q="ana"),
    Filters(q="an", last=days_after(FIRST, 60)),
    Filters(q='"took the" review'),
    Filters(q="uberraschend", first=days_after(FIRST, 30)),
    Filters(q="ana", key=KEY_SLUGS[2]),
    Filters(q="i", score=4),
    Filters(q="e", key=KEY_SLUGS[0], score=2),
    Filters(person="Ana"),
    Filters(person="ana", q="view", first=days_after(FIRST, 10), last=days_after(FIRST, 90)),
    Filters(q="somebody"),
    Filters(q="12"),
    Filters(score=2),
)

steps = st.sampled_from([0, 1, 5, 19, 20, 40, 45, 77, 100, LAST_STEP])
answers = st.builds(
    lambda key, score, text: Answer(key, score=score, text=text),
    st.sampled_from(KEY_SLUGS),
    st.sampled_from([None, 2, 4]),
    st.sampled_from(TEXTS),
)
contents = st.builds(
    lambda answered, note: DayContent(tuple(answered), note),
    st.lists(answers, unique_by=lambda answer: answer.key, max_size=3),
    st.sampled_from(TEXTS),
)
saves = st.tuples(st.sampled_from(["save", "merge"]), steps, contents)
some_steps = st.one_of(
    st.sets(steps, min_size=1), st.builds(range, steps, st.just(LAST_STEP), st.integers(15, 50))
)
imports = st.tuples(st.just("import_days"), some_steps, contents)
days = st.tuples(st.sampled_from(["delete", "restore", "score"]), steps)
months = st.tuples(st.sampled_from(["close", "close_until", "damage", "lose"]), steps)
others = st.sampled_from([("undo_import",), ("forget",), ("rebuild",), ("purge",)])
changes = st.one_of(saves, imports, days, months, others)
histories = st.lists(st.tuples(st.booleans(), changes), max_size=10)
"""Changes, and whether all months are closed before each."""


def day(step: int) -> LocalDate:
    return days_after(FIRST, step)


def noon(local_date: LocalDate):
    return to_instant(datetime.combine(local_date, time(12), UTC))


def find_month(step: int) -> LocalDate:
    return LocalDate(day(step).replace(day=1))


class Journal:
    """A leader whose days are changed through the stores."""

    def __init__(self, account: UUID) -> None:
        self.cipher = find_leader(account).cipher
        self.imported = []

    def do(self, change, *given):
        getattr(self, change)(*given)

    def save(self, step, content):
        writing = Writing(noon(day(step)), ZONE, time(3))
        saving_store.save_day(self.cipher, day(step), content, writing=writing, now=noon(day(step)))

    def save_run(self, first, number, content):
        for step in range(first, first + number, 3):
            self.save(step, content)

    def merge(self, step, content):
        writing = Writing(noon(day(step)), ZONE, time(3))
        saving_store.merge_day(
            self.cipher, day(step), content, base=DayContent(), writing=writing, now=LATER
        )

    def score(self, step):
        writing = Writing(noon(day(step)), ZONE, time(3))
        answer = Answer(KEY_SLUGS[0], score=2)
        saving_store.add_score(self.cipher, day(step), answer, writing=writing, now=LATER)

    def delete(self, step):
        delete_day(self.cipher, day(step), now=LATER)

    def restore(self, step):
        restore_day(self.cipher, day(step))

    def purge(self):
        purge_deleted_days(now=LATER + timedelta(days=31))

    def import_days(self, chosen, content):
        some = [
            DayToImport(day(step), content, Writing(noon(day(step)), ZONE, time(3)))
            for step in sorted(chosen)
        ]
        with write_transaction() as session:
            self.imported = import_days(session, self.cipher, some, now=LATER)

    def undo_import(self):
        with write_transaction() as session:
            created = [one for one in self.imported if one.outcome is Outcome.CREATED]
            remove_imported_days(session, {one.id: one.version for one in created})

    def forget(self):
        rewrite_texts(self.cipher, lambda text: text.replace("Ana", "somebody"), now=LATER)

    def close(self, _step=0):
        closing_store.close_months(self.cipher, now=LATER)

    def close_until(self, step):
        closing_store.close_months(self.cipher, now=noon(day(step)))

    def rebuild(self):
        closing_store.rebuild_segments(self.cipher, now=LATER)

    def damage(self, step):
        column = "days_encrypted" if step % 2 else "words_encrypted"
        self._change_month(step, sa.update(SearchSegment).values({column: b"\x01" + bytes(40)}))

    def lose(self, step):
        self._change_month(step, sa.delete(SearchSegment))

    def _change_month(self, step, statement):
        is_closed = SearchSegment.words_encrypted.is_not(None)
        with write_transaction() as session:
            session.execute(
                statement.where(SearchSegment.first_date == find_month(step), is_closed)
            )


def find_one_by_one(stored_days, filters):
    """Return the days that match, by folding the texts of each day anew."""
    query = filters.to_query()
    return [
        stored.local_date
        for stored in stored_days
        if (filters.first or FIRST) <= stored.local_date <= (filters.last or stored.local_date)
        and query.matches(build_searchable_text(stored.content, FIELDS))
        and (
            (filters.key is None and filters.score is None)
            or any(
                answer.is_answered
                and filters.key in (None, answer.key)
                and filters.score in (None, answer.score)
                for answer in stored.content.answers
            )
        )
    ]


def list_searches(journal, searches):
    return [find_matching_days(journal.cipher, filters, limit=400) for filters in searches]


def check_searches(journal, searches):
    """Assert that searches find what the days that are stored have, whole and in part."""
    stored_days = list(reflections_store.iter_days(journal.cipher))
    for filters in searches:
        expected = find_one_by_one(stored_days, filters)
        assert find_matching_days(journal.cipher, filters, limit=400) == expected
        assert find_matching_days(journal.cipher, filters, limit=3) == expected[:3]


def list_months(*, closed):
    is_open = SearchSegment.words_encrypted.is_(None)
    months = sa.select(SearchSegment.first_date).order_by(SearchSegment.first_date)
    return list(db.session.scalars(months.where(~is_open if closed else is_open)))


class Statements:
    """The statements that are executed, with how many rows each changed."""

    def __init__(self, engine) -> None:
        self.engine, self.executed = engine, []

    def __enter__(self):
        sa.event.listen(self.engine, "after_cursor_execute", self._note)
        return self

    def __exit__(self, *_):
        sa.event.remove(self.engine, "after_cursor_execute", self._note)

    def _note(self, _connection, cursor, statement, *_):
        self.executed.append((statement, cursor.rowcount))

    def list_of(self, table):
        return [(text, rows) for text, rows in self.executed if f" {table}" in text]


@pytest.fixture
def journal(app, leader):
    with app.app_context():
        yield Journal(UUID(leader.id))


@settings(max_examples=40)
@given(histories, st.lists(st.sampled_from(FILTERS), min_size=3, max_size=5, unique=True))
def test_no_change_makes_a_search_differ_from_reading_each_day(app, leader, history, searches):
    with app.app_context():
        with write_transaction() as session:
            session.execute(sa.delete(Reflection))
            session.execute(sa.delete(SearchSegment))
        journal = Journal(UUID(leader.id))
        for closes, change in history:
            if closes:
                journal.close()
            journal.do(*change)
            check_searches(journal, searches)
        journal.rebuild()
        assert not closing_store.rebuild_segments(journal.cipher, now=LATER)
        assert list_months(closed=False) == []
        check_searches(journal, FILTERS)


@pytest.mark.parametrize(
    "change",
    [
        ("save", 20, DayContent(note="Quiet.")),
        ("save", 21, DayContent((Answer(KEY_SLUGS[0], score=4, text="Ana sat in."),))),
        ("merge", 20, DayContent((Answer(KEY_SLUGS[2], score=2, text="Überraschend"),))),
        ("score", 20),
        ("delete", 20),
        ("restore", 45),
        ("import_days", [20, 21, 22], DayContent(note="Ana took the review.")),
        ("undo_import",),
        ("forget",),
    ],
    ids=lambda change: change[0],
)
def test_search_finds_what_a_change_left_in_a_closed_month(journal, change):
    took = DayContent(
        (Answer(KEY_SLUGS[0], text="We won."), Answer(KEY_SLUGS[2], text="Ana took the review.")),
        "The 12th.",
    )
    for step in (5, 20, 45):
        journal.save(step, took)
    journal.import_days([46, 47], took)
    journal.delete(45)
    journal.close()
    before = list_searches(journal, FILTERS)
    journal.do(*change)
    assert list_searches(journal, FILTERS) != before
    check_searches(journal, FILTERS)
    journal.close()
    check_searches(journal, FILTERS)


def test_settled_months_are_closed_and_a_changed_day_opens_its_month(journal):
    journal.save_run(0, 100, DayContent(note="Ana took the review."))
    assert list_months(closed=True) == []
    journal.close_until(65)
    assert list_months(closed=True) == [date(2026, 1, 1), date(2026, 2, 1)]
    journal.save(25, DayContent(note="Quiet."))
    journal.delete(33)
    assert list_months(closed=True) == [date(2026, 1, 1)]
    journal.close()
    assert list_months(closed=False) == []


def test_worker_closes_the_settled_months_of_all_accounts(app, client):
    leaders = [create_leader(client) for _ in range(3)]
    for number, leader in enumerate(leaders):
        leader.writes("2026-05-04", note=f"Deck {number}.")
        leader.writes(leader.today(), note="Quiet.")
    with app.app_context():
        assert len(list_months(closed=False)) == 6
    assert run_chores(app)["months closed for searching"] == 3
    assert run_chores(app)["months closed for searching"] == 0
    for leader in leaders:
        assert leader.get("/reflections?q=deck").json["items"][0]["local_date"] == "2026-05-04"


def test_worker_stops_closing_after_many_months_and_goes_on_the_next_time(app, client, monkeypatch):
    for leader in [create_leader(client) for _ in range(3)]:
        leader.writes("2026-05-04", note="Deck.")
    monkeypatch.setattr(closing_store, "MONTHS_PER_RUN", 2)
    monkeypatch.setattr(closing_store, "ACCOUNTS_PER_PAGE", 1)
    numbers = [run_chores(app)["months closed for searching"] for _ in range(3)]
    assert (sum(numbers), numbers[2]) == (3, 0)


def test_month_that_cannot_be_read_stays_open_and_the_others_are_closed(journal):
    journal.save_run(0, 100, DayContent(note="Ana took the review."))
    with write_transaction() as session:
        of_february = Reflection.local_date.between(date(2026, 2, 1), date(2026, 2, 28))
        damaged = sa.update(Reflection).where(of_february).values(search_encrypted=b"\x01" * 40)
        session.execute(damaged)
    journal.close()
    assert list_months(closed=False) == [date(2026, 2, 1)]
    assert not closing_store.rebuild_segments(journal.cipher, now=LATER)
    assert list_months(closed=False) == [date(2026, 2, 1)]


def test_rebuilding_reports_a_segment_that_differs_and_repairs_it(journal):
    journal.save_run(0, 100, DayContent(note="Ana took the review."))
    journal.close()
    assert not closing_store.rebuild_segments(journal.cipher, now=LATER)
    with write_transaction() as session:
        session.execute(
            sa.update(Reflection).where(Reflection.local_date == day(30)).values(deleted_at=LATER)
        )
    ana = Filters(q="ana")
    assert day(30) in find_matching_days(journal.cipher, ana, limit=99)
    assert closing_store.rebuild_segments(journal.cipher, now=LATER)
    assert day(30) not in find_matching_days(journal.cipher, ana, limit=99)
    journal.damage(31)
    assert closing_store.rebuild_segments(journal.cipher, now=LATER)
    journal.lose(31)
    assert not closing_store.rebuild_segments(journal.cipher, now=LATER)
    assert list_months(closed=False) == []


@pytest.mark.parametrize("change", ["close", "rebuild"])
@pytest.mark.parametrize("step", [0, 1, 40], ids=["stored day", "new day", "new month"])
def test_day_saved_while_its_month_is_closed_is_found(app, journal, monkeypatch, step, change):
    """Closing waits for the save; otherwise it would pack the month without the day."""
    journal.save(0, DayContent(note="Quiet."))
    is_written, may_commit = Event(), Event()

    def wait_before_commit(*_):
        is_written.set()
        assert may_commit.wait(10)

    def do(*given):
        with app.app_context():
            Journal(journal.cipher.account).do(*given)

    monkeypatch.setattr(saving_store, "check_space", wait_before_commit)
    with ThreadPoolExecutor(2) as pool:
        saving = pool.submit(do, "save", step, DayContent(note="The deck went out."))
        assert is_written.wait(10)
        closing = pool.submit(do, change)
        wait([closing], timeout=0.3)  # for it to come as far as it can
        may_commit.set()
        saving.result()
        closing.result()
    assert find_matching_days(journal.cipher, Filters(q="deck"), limit=9) == [day(step)]
    journal.close()
    assert find_matching_days(journal.cipher, Filters(q="deck"), limit=9) == [day(step)]


def test_search_of_two_years_takes_the_statements_of_one(journal):
    """A page of months grows with the search, and nothing depends on the days in them."""
    today = days_after(FIRST, 2 * 365)

    def count(filters, limit=31):
        with Statements(db.engine) as statements:
            found = find_matching_days(journal.cipher, filters, limit=limit)
        days_read = len(statements.list_of("reflections"))
        return len(found), len(statements.list_of("search_segments")), days_read

    def write(first, last):
        with write_transaction() as session:
            import_days(
                session,
                journal.cipher,
                [
                    DayToImport(
                        days_after(FIRST, step),
                        DayContent(note="The deck. " + ("A needle." if step == 740 else "")),
                        Writing(noon(days_after(FIRST, step)), ZONE, time(3)),
                    )
                    for step in range(first, last)
                ],
                now=noon(today),
            )
        closing_store.close_months(journal.cipher, now=noon(today))

    write(365, 740)
    common, nothing = count(Filters(q="deck")), count(Filters(q="xyzzy"))
    write(0, 365)
    # The words of two months, the days of both, and the rows of the open month.
    assert count(Filters(q="deck")) == common == (31, 2, 1)
    # The words of 2, 8 and 24 months, no days, and the rows after and before all months.
    assert count(Filters(q="xyzzy")) == nothing == (0, 3, 2)


def test_save_takes_one_statement_more_and_writes_nothing_for_the_search(journal):
    journal.save(3, DayContent(note="Quiet."))
    with Statements(db.engine) as statements:
        journal.save(3, DayContent(note="Quiet, and late."))
    [(_, changed_rows)] = statements.list_of("search_segments")
    assert changed_rows == 0
    journal.close()
    with Statements(db.engine) as statements:
        journal.save(3, DayContent(note="Quiet, and very late."))
    [(_, changed_rows)] = statements.list_of("search_segments")
    assert changed_rows == 1


def test_import_and_forgetting_take_a_statement_for_many_days(journal):
    with Statements(db.engine) as statements:
        journal.import_days(range(100), DayContent(note="Ana took the review."))
    assert len(statements.list_of("search_segments")) == 1
    journal.close()
    with Statements(db.engine) as statements:
        journal.forget()
    assert len(statements.list_of("search_segments")) == 1
    assert list_months(closed=True) == []


def test_days_of_a_month_are_read_only_if_it_has_every_word(journal, monkeypatch):
    journal.save_run(0, 100, DayContent(note="Quiet."))
    journal.save(20, DayContent(note="The deck."))
    journal.save(50, DayContent(note="The deck went out."))
    journal.close()
    read, decrypt = [], segments_store.decrypt_packed

    def note(cipher, month, column, encrypted):
        if encrypted is not None:
            read.append((column, month))
        return decrypt(cipher, month, column, encrypted)

    monkeypatch.setattr(segments_store, "decrypt_packed", note)
    assert find_matching_days(journal.cipher, Filters(q="went deck"), limit=9) == [day(50)]
    months = list_months(closed=True)
    assert sorted(month for column, month in read if column == "words_encrypted") == months
    assert [month for column, month in read if column == "days_encrypted"] == [find_month(50)]


def test_segments_hold_no_plain_word(journal):
    journal.save(3, DayContent(note="Überraschend good review."))
    journal.close()
    [row] = db.session.execute(sa.select(SearchSegment)).scalars()
    for stored in (row.words_encrypted, row.days_encrypted):
        assert b"review" not in stored
        assert b"2026" not in stored


def test_segment_of_another_month_is_not_believed(journal):
    journal.save(3, DayContent(note="Quiet."))
    journal.save(40, DayContent(note="The deck went out."))
    journal.close()
    other = sa.select(SearchSegment.words_encrypted, SearchSegment.days_encrypted)
    words, packed = db.session.execute(other.where(SearchSegment.first_date == find_month(3))).one()
    with write_transaction() as session:
        session.execute(
            sa.update(SearchSegment)
            .where(SearchSegment.first_date == find_month(40))
            .values(words_encrypted=words, days_encrypted=packed)
        )
    assert find_matching_days(journal.cipher, Filters(q="deck"), limit=9) == [day(40)]
