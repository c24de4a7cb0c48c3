"""The ground: settings, database, sealing, local days, problems, mail, headers."""
