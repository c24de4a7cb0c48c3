"""Passwords: how they are hashed, how strong a new one has to be, and how one is changed."""
