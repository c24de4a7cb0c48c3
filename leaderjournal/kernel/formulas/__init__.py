"""Texts that spreadsheets would run as formulas."""
