"""Exports: the full export as JSON, Markdown files and CSV tables."""
