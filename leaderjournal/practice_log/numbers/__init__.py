"""The number: a target and an actual for a week, month or quarter."""
