"""Links that are sent by mail: invitations, password resets and verifications."""
