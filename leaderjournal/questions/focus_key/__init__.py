"""The key that a month's questions favour."""
