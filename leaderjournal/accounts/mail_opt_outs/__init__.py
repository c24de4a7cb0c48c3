"""Addresses to which no leader can have the service send mail."""
