"""The two blueprints to which every part of the practice log adds its views."""

import flask

from leaderjournal.kernel.api import PREFIX
from leaderjournal.kernel.request_checks import Blueprint

pages = flask.Blueprint("practice_log", __name__)
api = Blueprint(
    "practice-log-api", __name__, url_prefix=PREFIX, description="What happens between reflections"
)
