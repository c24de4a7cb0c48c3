"""The second factor: a code of an authenticator app, or a recovery code, after the password."""
