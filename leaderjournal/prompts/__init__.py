"""Prompts: at the leader's chosen local time, on every device that asked, one worth opening."""
