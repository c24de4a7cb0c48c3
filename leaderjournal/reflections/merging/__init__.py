"""Merging two writings of one day field by field."""
