"""Stored entries of every kind: what each holds, encrypted and versioned."""
