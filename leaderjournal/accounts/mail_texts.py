"""The texts of the mails that accounts send."""

RESET_SUBJECT = "Reset your Leader Journal password"
RESET_BODY = """Hello,

we received a request to reset your Leader Journal password.
Choose a new one here. The link works once, within the next hour:

{link}

If you didn't ask for this, just ignore this email. Your password won't change.
"""


CHANGED_SUBJECT = "Your Leader Journal password was changed"
CHANGED_BODY = """Hello,

your Leader Journal password was changed, and you've been signed out on all other devices.
If this wasn't you, reset your password now: {link}
"""


FAILURES_SUBJECT = "Failed sign-ins to your Leader Journal"
FAILURES_BODY = """Hello,

in the last day, someone tried {count} wrong passwords for your Leader Journal.
They didn't get in, and you're not locked out.

If that was you, there's nothing to do. If not, someone may be guessing your password.
Choose one that's hard to guess and that you use nowhere else:

{link}

We send this email at most once a day.
"""


OPERATOR_RESET_BODY = """Hello,

here's a link to choose a new password for your Leader Journal:

{link}

The person who runs your journal asked us to send it.
It works once, within the next three days.
"""


ADDED_SUBJECT = "Your Leader Journal is ready"
ADDED_BODY = """Hello,

you have a new account for Leader Journal. The person who runs it created it for you.
Choose your password here:

{link}

The link works once, within the next three days.
If you don't know what this is about, just ignore this email.
"""


INVITATION_SUBJECT = "You're invited to Leader Journal"
INVITATION_BODY = """Hello,

you're invited to keep a Leader Journal: three questions a day, about ninety seconds.
The invitation comes from the person who runs it. Start here:

{link}

The link works once, within the next 14 days.
If you don't know what this is about, just ignore this email.
"""


SECOND_FACTOR_SUBJECT = "Two-step sign-in is {state} for your Leader Journal"
SECOND_FACTOR_BODY = """Hello,

two-step sign-in was turned {state} for your Leader Journal.
If it was not you, change your password at once and look at your settings: {link}
"""
