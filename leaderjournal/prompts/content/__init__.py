"""The content of prompts: what a message says, and its payload for a browser."""
