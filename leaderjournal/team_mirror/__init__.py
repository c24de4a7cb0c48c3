"""The team scores its leader on the same three keys: anonymously, on one page, once a month."""
