"""The earlier versions of a day: reading them, comparing them, letting one stand again."""
