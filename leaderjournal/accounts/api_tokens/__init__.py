"""API tokens: another program acts for the leader."""
