"""Portraits change nothing that is shown, whatever is written, deleted, imported or forgotten."""

import sqlite3
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import word_reference
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.accounts.store import find_leader
from leaderjournal.kernel import encryption
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, LocalDate, days_after, to_instant
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind, Person
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.people.forgetting import forget_person
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.imports.store import (
    DayToImport,
    Outcome,
    import_days,
    remove_imported_days,
)
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reflections.saving.store import save_day
from leaderjournal.reflections.texts import store as texts_store
from leaderjournal.reflections.trash.store import delete_day, purge_deleted_days, restore_day
from leaderjournal.reviews.highlights.rules import Highlight, choose_passages, count_highlights
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.portraits import store as portraits_store
from leaderjournal.reviews.portraits.models import PortraitRow
from leaderjournal.reviews.portraits.rules import PeriodTexts, list_passages
from leaderjournal.reviews.reports import store as reports_store

ZONE = "Europe/Berlin"
FIRST = LocalDate(date(2026, 1, 12))
LAST_STEP = 80
YEAR, MARCH = Period(2026), Period(2026, 3)
NAMES = ("Mira", "Ana Berg", "Jonas")

steps = st.integers(0, LAST_STEP)
texts = st.sampled_from(
    [
        "",
        "I asked Mira why. Mira was late, and Ana Berg listened to all of it, and then some.",
        "Résumé read with Jonas: one call, two calls, and a résumé again. It went well without me.",
        "The resume of mira. I stepped back.",
        "I went first, and it was seen by the team and by Jonas’s people, who said so.",
    ]
)
contents = st.builds(
    lambda scored, note, commitment: DayContent(
        tuple(Answer(key, score=score, text=text) for key, (score, text) in scored.items()),
        note,
        commitment,
    ),
    st.dictionaries(st.sampled_from(KEY_SLUGS), st.tuples(st.sampled_from([None, 1, 3, 5]), texts)),
    texts,
    texts,
)
names = st.sampled_from(NAMES)
changes = st.one_of(
    st.tuples(st.just("save_run"), steps, st.integers(2, 30), contents),
    st.tuples(st.just("save"), steps, contents),
    st.tuples(st.just("save"), steps, contents),
    st.tuples(st.just("import_days"), st.sets(steps, min_size=1, max_size=9), contents),
    st.tuples(
        st.just("undo_import"),
    ),
    st.tuples(st.just("delete"), steps),
    st.tuples(st.just("restore"), steps),
    st.tuples(
        st.just("purge"),
    ),
    st.tuples(st.just("add_person"), names),
    st.tuples(st.just("remove_person"), names),
    st.tuples(st.just("forget_person"), names),
)
histories = st.lists(
    st.tuples(changes, st.sampled_from([YEAR, MARCH, Period(2026, 2)]), st.integers(0, 20)),
    max_size=12,
)


def day(step: int) -> LocalDate:
    return days_after(FIRST, step)


def noon(local_date: LocalDate) -> Instant:
    return to_instant(datetime.combine(local_date, time(12), ZoneInfo(ZONE)))


class Practice:
    """A leader whose days and people are changed through the stores."""

    def __init__(self, account: UUID) -> None:
        self.leader = find_leader(account)
        self.cipher = self.leader.cipher
        self.imported = {}

    def do(self, change, *given):
        getattr(self, change)(*given)

    def save(self, step, content):
        at = noon(day(step))
        save_day(self.cipher, day(step), content, writing=Writing(at, ZONE, time(3)), now=at)

    def save_run(self, first, number, content):
        for step in range(first, first + number):
            self.save(step, content)

    def import_days(self, chosen, content):
        days = [
            DayToImport(day(step), content, Writing(noon(day(step)), ZONE, time(3)))
            for step in sorted(chosen)
        ]
        with write_transaction() as session:
            added = import_days(session, self.cipher, days, now=noon(day(LAST_STEP)))
        self.imported |= {one.id: one.version for one in added if one.outcome is Outcome.CREATED}

    def undo_import(self):
        with write_transaction() as session:
            remove_imported_days(session, self.imported)
        self.imported = {}

    def delete(self, step):
        delete_day(self.cipher, day(step), now=noon(day(LAST_STEP)))

    def restore(self, step):
        restore_day(self.cipher, day(step))

    def purge(self):
        purge_deleted_days(now=Instant(noon(day(LAST_STEP)) + timedelta(days=31)))

    def add_person(self, name):
        content, now = Person(name), noon(FIRST)
        entries_store.put_entry(
            self.cipher, Kind.PERSON, self._get_id(name), FIRST, content, now=now
        )

    def remove_person(self, name):
        entries_store.delete_person(self.cipher, self._get_id(name))

    def forget_person(self, name):
        person = entries_store.find_stored_entry(self.cipher, Kind.PERSON, self._get_id(name))
        if person is not None:
            forget_person(self.cipher, person, replacement="Nn", now=noon(day(LAST_STEP)))

    def _get_id(self, name):
        return uuid5(self.leader.id, name)


def look(leader, period, today):
    """Return what of the texts is shown of a period, as a page does."""
    report = reports_store.get_report(leader, period, today=today)
    return report.words, report.summary.highlights


def count_from_all_texts(leader, period):
    """Return what of the texts is to be shown, counted from every text of the period."""
    days = [
        (stored.local_date, stored.content)
        for stored in reflections_store.iter_days(
            leader.cipher, first=period.first, last=period.last
        )
    ]
    written = [
        word_reference.WrittenText(key, score, text)
        for _, content in days
        for key, score, text in (
            *((answer.key, answer.score, answer.text) for answer in content.answers),
            (None, None, content.note),
            (None, None, content.commitment),
        )
    ]
    team = people_store.get_team_names(leader.cipher)
    contents = dict(days)
    chosen = choose_passages(list(list_passages(days)), count_highlights(period))
    return word_reference.compute_word_figures(written, KEY_SLUGS, team=team), tuple(
        Highlight(
            found.date,
            found.key,
            contents[found.date].get_answer(found.key).text
            if found.key
            else contents[found.date].note,
        )
        for found in chosen
    )


def list_portraits():
    return set(db.session.scalars(sa.select(PortraitRow.period)))


@pytest.fixture
def practice(app, leader):
    with app.app_context():
        yield Practice(UUID(leader.id))


@pytest.fixture
def decrypted(monkeypatch):
    """The values that are decrypted, one after the other."""
    found = []
    decrypt = encryption._decrypt

    def count(aead, encrypted, bound):
        found.append(bound.decode())
        return decrypt(aead, encrypted, bound)

    monkeypatch.setattr(encryption, "_decrypt", count)
    return found


LISTENED = DayContent((Answer(KEY_SLUGS[0], score=3, text="I listened to Mira and said so."),))
LONG_AFTER = day(LAST_STEP + 60)


@settings(max_examples=40)
@given(histories)
def test_what_is_shown_is_what_counting_all_texts_finds(app, leader, history):
    with app.app_context():
        with write_transaction() as session:
            for table in ("reflections", "portraits", "log_entries"):
                session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608
        practice = Practice(UUID(leader.id))
        for change, period, later in history:
            practice.do(*change)
            today = day(LAST_STEP // 2 + 4 * later)
            expected = count_from_all_texts(practice.leader, period)
            assert look(practice.leader, period, today) == expected  # may store a portrait
            assert look(practice.leader, period, today) == expected  # may read it
            journal = reports_store.get_journal(practice.leader, period, today=today)
            assert journal.highlights == expected[1]
        assert not portraits_store.check_portraits(practice.cipher)


def test_period_that_is_over_gets_a_portrait_when_it_is_looked_at(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    assert list_portraits() == set()
    look(practice.leader, MARCH, LONG_AFTER)
    assert list_portraits() == {"2026-03"}
    reports_store.get_journal(practice.leader, YEAR, today=LONG_AFTER)
    assert list_portraits() == {"2026-03", "2026"}


def test_period_without_an_entry_gets_no_portrait(practice):
    look(practice.leader, MARCH, LONG_AFTER)
    assert list_portraits() == set()


def test_days_of_the_last_week_are_in_no_portrait(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    look(practice.leader, YEAR, day(LAST_STEP - 1))
    stored = portraits_store._load(practice.cipher, YEAR, with_words=True)
    assert stored.through == day(LAST_STEP - 8)


def test_year_is_read_from_its_portrait_and_few_days(practice, decrypted):
    practice.save_run(0, LAST_STEP, LISTENED)
    today = day(LAST_STEP - 1)
    look(practice.leader, YEAR, today)
    assert sum("document" in place for place in decrypted) >= LAST_STEP
    decrypted.clear()
    look(practice.leader, YEAR, today)
    days = sum('"reflections","document"' in place for place in decrypted)
    assert days <= 7 + count_highlights(YEAR)
    assert sum('"portraits"' in place for place in decrypted) == 2


def test_figures_without_words_leave_the_words_encrypted(practice, decrypted):
    practice.save_run(0, LAST_STEP, LISTENED)
    look(practice.leader, YEAR, LONG_AFTER)
    decrypted.clear()
    reports_store.get_journal(practice.leader, YEAR, today=LONG_AFTER)
    assert [place for place in decrypted if "portraits" in place] == [
        place for place in decrypted if "passages_encrypted" in place
    ]


def test_saving_a_day_sends_no_statement_about_portraits(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    look(practice.leader, YEAR, LONG_AFTER)
    statements = []

    def listen(*given):
        statements.append(given[2])

    sa.event.listen(db.engine, "before_cursor_execute", listen)
    try:
        practice.save(3, DayContent(note="I changed an old day."))
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", listen)
    assert statements
    assert not [statement for statement in statements if "portraits" in statement]


def test_purging_deletes_the_portraits_of_the_days_periods(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    for period in (Period(2026, 1), Period(2026, 2), YEAR):
        look(practice.leader, period, LONG_AFTER)
    practice.delete((date(2026, 2, 10) - FIRST).days)
    practice.purge()
    assert list_portraits() == {"2026-01"}


def test_undoing_an_import_deletes_the_portraits_of_its_days(practice):
    practice.import_days({(date(2026, 2, 10) - FIRST).days}, LISTENED)
    look(practice.leader, Period(2026, 2), LONG_AFTER)
    assert list_portraits() == {"2026-02"}
    practice.undo_import()
    assert list_portraits() == set()


def test_forgetting_a_name_deletes_every_portrait(practice):
    practice.add_person("Mira")
    practice.save_run(0, LAST_STEP, LISTENED)
    words, _ = look(practice.leader, MARCH, LONG_AFTER)
    assert "Mira" in repr(words)
    practice.forget_person("Mira")
    assert list_portraits() == set()
    words, _ = look(practice.leader, MARCH, LONG_AFTER)
    assert "Mira" not in repr(words)


def test_portrait_of_days_that_have_changed_meanwhile_is_not_stored(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    versions = texts_store.list_versions(practice.leader.id, first=MARCH.first, last=MARCH.last)
    _, portrait = portraits_store.get_texts(
        practice.cipher, MARCH, versions, team=set(), today=LONG_AFTER
    )
    practice.delete((MARCH.first - FIRST).days)
    portraits_store.store_portrait(practice.cipher, portrait)
    assert list_portraits() == set()
    practice.restore((MARCH.first - FIRST).days)
    portraits_store.store_portrait(practice.cipher, portrait)
    assert list_portraits() == {"2026-03"}


def test_page_is_shown_while_the_database_takes_no_writes(practice, monkeypatch):
    practice.save_run(0, LAST_STEP, LISTENED)
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY

    def refuse(*_):
        raise sa.exc.OperationalError("INSERT", {}, locked)

    monkeypatch.setattr(portraits_store, "_replace", refuse)
    assert look(practice.leader, MARCH, LONG_AFTER) == count_from_all_texts(practice.leader, MARCH)
    assert list_portraits() == set()


def test_other_errors_of_storing_are_raised(practice, monkeypatch):
    practice.save_run(0, LAST_STEP, LISTENED)

    def refuse(*_):
        raise sa.exc.ProgrammingError("INSERT", {}, sqlite3.ProgrammingError("wrong"))

    monkeypatch.setattr(portraits_store, "_replace", refuse)
    with pytest.raises(sa.exc.ProgrammingError):
        look(practice.leader, MARCH, LONG_AFTER)


def test_wrong_portrait_is_found_and_deleted(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    right = look(practice.leader, MARCH, LONG_AFTER)
    look(practice.leader, YEAR, LONG_AFTER)
    stored = portraits_store._load(practice.cipher, MARCH, with_words=True)
    stored.words["used"] = {}
    with write_transaction() as session:
        portraits_store._replace(session, practice.cipher, stored)
    assert look(practice.leader, MARCH, LONG_AFTER) != right
    assert portraits_store.check_portraits(practice.cipher)
    assert list_portraits() == {"2026"}
    assert look(practice.leader, MARCH, LONG_AFTER) == right
    assert not portraits_store.check_portraits(practice.cipher)


def test_portrait_is_bound_to_its_account_and_period(practice):
    practice.save_run(0, LAST_STEP, LISTENED)
    look(practice.leader, MARCH, LONG_AFTER)
    with write_transaction() as session:
        session.execute(sa.update(PortraitRow).values(period="2026-02"))
    with pytest.raises(encryption.DecryptionFailed):
        portraits_store._load(practice.cipher, Period(2026, 2), with_words=True)


def test_texts_of_no_day_are_empty():
    assert (PeriodTexts().passages, PeriodTexts().words.to_document()["used"]) == ([], {})
