"""The monthly review: three questions at the end of a month, and a key to lean on next."""
