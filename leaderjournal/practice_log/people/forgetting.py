"""Forgetting a person: their acts are deleted, and their name is replaced if the leader wishes."""

from collections.abc import Callable
from dataclasses import asdict, replace

from blinker import Signal

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.people.rules import compile_names
from leaderjournal.questions.own import store as own_questions_store
from leaderjournal.reflections.rewriting import store as day_rewriting_store

TEXT_FIELDS = frozenset({"text", "note", "reason", "celebrated_how"})

name_forgotten = Signal("a person's name is to be replaced in every text")
"""Sent with the account's cipher; `without` returns a text without the name."""


def forget_person(
    cipher: Cipher,
    person: Entry,
    *,
    replacement: str | None,
    any_case: bool = False,
    now: Instant,
) -> None:
    """Delete a person and their acts; hand-offs and wins stay, without a name.

    A `replacement` replaces the name in every text of the account, the trash included, as
    `compile_names` finds it.
    """
    if replacement is not None:
        name = compile_names(person.content.name, any_case=any_case)
        _replace_name(cipher, lambda text: name.sub(replacement, text), now)
    entries_store.delete_person(cipher, person.id)


def _replace_name(cipher: Cipher, without: Callable[[str], str], now: Instant) -> None:
    own_questions_store.rewrite_texts(cipher, without)
    day_rewriting_store.rewrite_texts(cipher, without, now=now)
    with entries_store.lock_log(cipher) as session:
        for row in entries_store.list_rows(session, cipher, tuple(Kind), with_deleted=True):
            content = entries_store.decrypt_entry(cipher, row).content
            texts = {
                field: without(value)
                for field, value in asdict(content).items()
                if isinstance(value, str) and field in TEXT_FIELDS
            }
            changed = replace(content, **texts)
            if changed != content:
                entries_store.update_content(cipher, row, changed)
                row.saved_at = now
    name_forgotten.send(cipher, without=without, now=now)
    accounts_store.increment_cache_version(cipher.account)
