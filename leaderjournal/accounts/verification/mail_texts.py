"""The texts of mails about an address. None holds anything that its leader typed."""

VERIFICATION_SUBJECT = "Confirm your address for Leader Journal"
VERIFICATION_BODY = """Hello,

somebody, most likely you, entered this address for a Leader Journal.
Please confirm that it is yours:

{link}

The link works once, within the next three days.
If it wasn't you, just ignore this mail.
"""


CHANGE_REQUESTED_SUBJECT = "A new address for your Leader Journal?"
CHANGE_REQUESTED_BODY = """Hello,

somebody, most likely you, asked to change the address of your Leader Journal.
They used your password. Nothing changes until the new address is confirmed.

If that was you, there is nothing to do here.
If not, sign in and change your password now. That stops it:

{link}

If you can't sign in any more, write to the person who runs your journal.
"""


CHANGED_SUBJECT = "Your Leader Journal has a new address"
CHANGED_BODY = """Hello,

your Leader Journal now uses a different address. It has been confirmed.
Links that we sent to this one no longer work.

If it wasn't you, write to the person who runs your journal now. They can stop it.
"""
