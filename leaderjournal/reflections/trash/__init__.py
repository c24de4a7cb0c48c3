"""Deleted days, which can be restored for 30 days."""
