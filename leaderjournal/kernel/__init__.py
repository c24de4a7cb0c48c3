"""The ground: settings, database, encryption, local days, problems, mail, headers."""
