"""Addresses that want no mail which a leader has the service send."""
