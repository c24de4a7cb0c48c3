"""Searching and looking back, as pages."""
