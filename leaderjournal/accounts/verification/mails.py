"""The mails about an address. None holds a word that its leader typed."""

PROOF_SUBJECT = "Confirm your address for Leader Journal"
PROOF_BODY = """Hello,

somebody, most likely you, uses this address for a Leader Journal.
Confirm it here within the next three days; the link works once:

{link}

If it was not you, leave this mail unanswered: nothing more is sent to you.
"""


CHANGE_ASKED_SUBJECT = "A new address was asked for your Leader Journal"
CHANGE_ASKED_BODY = """Hello,

somebody who knows your password, most likely you, asked for another address for your
Leader Journal. It takes the place of this one once it is confirmed.

If it was not you, sign in and change your password at once: that stops it.
{link}
If you can no longer sign in, write to the person who runs your journal.
"""


CHANGED_SUBJECT = "Your Leader Journal has a new address"
CHANGED_BODY = """Hello,

your Leader Journal uses another address from now on, which was confirmed.
Links that were sent to this one no longer work.

If it was not you, write to the person who runs your journal at once: they can stop it.
"""
