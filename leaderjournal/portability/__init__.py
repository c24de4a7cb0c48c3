"""Moving in and out: journals that are brought along, and everything that can be taken away."""
