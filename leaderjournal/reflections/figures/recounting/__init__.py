"""Counting the words of stored days anew."""
