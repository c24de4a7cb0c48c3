"""This day a week, a month, a quarter and a year ago."""
