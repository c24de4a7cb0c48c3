"""The form of a day, as its page and the offline page show it."""
