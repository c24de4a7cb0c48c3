"""Prompts as a calendar feed at a private address, for a leader's own calendar program."""
