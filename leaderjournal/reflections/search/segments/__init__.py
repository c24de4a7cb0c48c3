"""Search segments: the searchable days of a month in one encrypted row."""
