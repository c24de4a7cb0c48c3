"""What somebody sees who is signed out: the welcome page, with a question to try at once."""
