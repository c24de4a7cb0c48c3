"""Saving a day: whole, merged with what another device wrote, or one score of it."""
