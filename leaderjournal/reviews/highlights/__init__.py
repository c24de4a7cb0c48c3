"""The passages of a month or a year that are worth rereading."""
