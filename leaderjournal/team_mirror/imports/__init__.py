"""Closed mirrors of an imported journal, and how their import is undone."""
