"""The practice log in the API: its blueprint with the calls of every part."""

from leaderjournal.practice_log.blueprints import api as blueprint
from leaderjournal.practice_log.entries import api as entries_api
from leaderjournal.practice_log.numbers import api as numbers_api
from leaderjournal.practice_log.people import api as people_api

__all__ = ["blueprint", "entries_api", "numbers_api", "people_api"]
