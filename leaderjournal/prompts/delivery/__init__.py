"""Delivery: prompts that came due, claimed once and sent."""
