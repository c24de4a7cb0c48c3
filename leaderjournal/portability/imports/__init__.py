"""Imports: a file is previewed, imported into days, and undone on request."""
