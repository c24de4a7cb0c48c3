"""Wins: someone's success and how it was celebrated."""
