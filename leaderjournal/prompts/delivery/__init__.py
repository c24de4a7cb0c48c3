"""Delivery: prompts that are due are claimed once and sent by push or mail."""
