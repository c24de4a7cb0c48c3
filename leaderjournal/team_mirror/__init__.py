"""The team mirror: once a month the team scores its leader anonymously on the three keys."""
