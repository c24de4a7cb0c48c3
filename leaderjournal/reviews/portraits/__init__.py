"""Portraits of months and years: what is counted of their texts, so that few have to be read."""
