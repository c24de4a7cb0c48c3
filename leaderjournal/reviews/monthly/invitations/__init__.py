"""Inviting a leader to review a month."""
