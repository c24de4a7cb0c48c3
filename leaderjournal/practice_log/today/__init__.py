"""The part of the practice log on today's page: what is followed up."""
