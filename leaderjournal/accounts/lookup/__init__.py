"""Keyed hashes under which addresses and devices are looked up without being readable."""
