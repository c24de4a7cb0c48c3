"""Verified addresses: a link proves that a leader reads what is sent to an address."""
