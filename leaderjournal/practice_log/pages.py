"""The pages of the practice log: its blueprint with the views of every part."""

from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries import pages as entries_pages
from leaderjournal.practice_log.numbers import pages as numbers_pages
from leaderjournal.practice_log.people import pages as people_pages
from leaderjournal.practice_log.today import pages as today_pages
from leaderjournal.practice_log.wins import pages as wins_pages

__all__ = [
    "blueprint",
    "entries_pages",
    "numbers_pages",
    "people_pages",
    "today_pages",
    "wins_pages",
]
