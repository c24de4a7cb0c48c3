"""Prompts by mail: the message, the sending, and the token that ends them."""
