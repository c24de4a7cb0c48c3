"""What every package is built on: settings, database, encryption, local days, mail."""
