"""The answers of the team, each given by one link."""
