"""A month or a year at a glance."""
