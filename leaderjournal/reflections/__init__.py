"""Reflections: a leader's day in the mirror, its answers, and every version it had."""
