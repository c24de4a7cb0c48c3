"""Closed mirrors in a full export."""
