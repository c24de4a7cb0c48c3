"""Counting the words of texts once, so that months can be added up to years."""
