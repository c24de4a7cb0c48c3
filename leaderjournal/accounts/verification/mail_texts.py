"""The texts of mails about an address. None holds anything that its leader typed."""

VERIFICATION_SUBJECT = "Confirm your email for Leader Journal"
VERIFICATION_BODY = """Hello,

someone, most likely you, entered this address for a Leader Journal.
Please confirm that it's yours:

{link}

The link works once, within the next three days.
If it wasn't you, just ignore this email.
"""


CHANGE_REQUESTED_SUBJECT = "A new email for your Leader Journal?"
CHANGE_REQUESTED_BODY = """Hello,

someone, most likely you, asked to change the email of your Leader Journal.
They used your password. Nothing changes until the new address is confirmed.

If that was you, there's nothing to do here.
If not, sign in and change your password now. That stops it:

{link}

If you can't sign in, write to the person who runs your journal.
"""


CHANGED_SUBJECT = "Your Leader Journal email was changed"
CHANGED_BODY = """Hello,

your Leader Journal now uses a different address. It has been confirmed.
Links that we sent to this one no longer work.

If it wasn't you, write to the person who runs your journal now. They can stop it.
"""
