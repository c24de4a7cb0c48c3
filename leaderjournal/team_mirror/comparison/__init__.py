"""The leader's own scores beside the team's."""
