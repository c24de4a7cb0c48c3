"""Commitments: the log's own and those written in a day's reflection."""
