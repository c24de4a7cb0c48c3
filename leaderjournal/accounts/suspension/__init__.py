"""Suspended accounts: nobody can sign in, nothing is sent, and nothing is lost."""
