"""Search as a page."""
