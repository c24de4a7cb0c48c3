"""Locks on accounts, so that what one request counts or adds to, another cannot change."""
