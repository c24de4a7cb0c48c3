"""The first days of a new leader: three steps on today's page, and what each part is for."""
