"""Erasing accounts, and deleting what has expired."""
