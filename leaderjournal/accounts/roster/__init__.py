"""The operator's list of accounts."""
