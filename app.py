"""The WSGI entry."""

from leaderjournal import create_app

app = create_app()
