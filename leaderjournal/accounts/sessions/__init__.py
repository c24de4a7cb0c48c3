"""Browser sessions: a device that is signed in."""
