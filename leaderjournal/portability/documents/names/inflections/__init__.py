"""The endings and prefixes that languages give to names."""
