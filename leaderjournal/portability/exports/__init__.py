"""Taking a journal along: the full export as JSON, Markdown and CSV tables."""
