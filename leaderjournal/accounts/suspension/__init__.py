"""Suspended accounts: nobody gets in and nothing goes out, and nothing of them is lost."""
