"""Prompts: the question that comes to the leader at the time they chose."""
