"""The texts of the mails that accounts send."""

RESET_SUBJECT = "Your way back into Leader Journal"
RESET_BODY = """Hello,

somebody, most likely you, asked for a new password for your Leader Journal.
Choose one here within the next hour; the link works once:

{link}

If it was not you, leave this mail unanswered. Your password stays as it is.
"""


CHANGED_SUBJECT = "Your Leader Journal has a new password"
CHANGED_BODY = """Hello,

the password of your Leader Journal has been changed, and every other device is signed out.
If it was not you, ask for a new one at once: {link}
"""


FAILURES_SUBJECT = "Failed sign-ins to your Leader Journal"
FAILURES_BODY = """Hello,

in the last day, somebody tried {count} wrong passwords for your Leader Journal.
They did not get in this way, and you are not locked out.

If that was you, there is nothing to do. If not, somebody may be guessing your password.
Choose one that is hard to guess and that you use nowhere else:

{link}

We send this mail at most once a day.
"""


OPERATOR_RESET_BODY = """Hello,

here is a link to choose a new password for your Leader Journal:

{link}

The person who runs your journal asked us to send it.
It works once, within the next three days.
"""


ADDED_SUBJECT = "Your Leader Journal is ready"
ADDED_BODY = """Hello,

you have a new account for Leader Journal. The person who runs it made it for you.
Choose your password here:

{link}

The link works once, within the next three days.
If you don't know what this is about, just ignore this mail.
"""


INVITATION_SUBJECT = "You are invited to Leader Journal"
INVITATION_BODY = """Hello,

you are invited to keep a Leader Journal: three questions a day, in about ninety seconds.
The invitation comes from the person who runs it. Start here:

{link}

The link works once, within the next 14 days.
If you don't know what this is about, just ignore this mail.
"""


SECOND_FACTOR_SUBJECT = "Two-step sign-in is {state} for your Leader Journal"
SECOND_FACTOR_BODY = """Hello,

two-step sign-in was turned {state} for your Leader Journal.
If it was not you, change your password at once and look at your settings: {link}
"""
