"""Addresses to which the service sends no more mail that somebody else asked for."""
