"""The mails that accounts send."""

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

within a day, {count} sign-ins to your Leader Journal failed: the password was wrong.
Nobody got in by these, and you are not locked out.

If that was you, there is nothing to do. If not, somebody may be guessing your password.
Choose one that nobody can guess, and that you use nowhere else: {link}

We send this at most once a day.
"""


OPERATORS_RESET_BODY = """Hello,

the person who runs your Leader Journal sends you this link to choose a new password.
It works once, within the next three days:

{link}
"""


ADDED_SUBJECT = "Your Leader Journal is ready"
ADDED_BODY = """Hello,

the person who runs this Leader Journal has made an account for you.
Choose your password here within the next three days; the link works once:

{link}

If you expected nothing of the kind, leave this mail unanswered.
"""


INVITATION_SUBJECT = "You are invited to Leader Journal"
INVITATION_BODY = """Hello,

the person who runs this Leader Journal invites you to keep your own there.
Begin here within the next 14 days; the link works once:

{link}

If you expected nothing of the kind, leave this mail unanswered.
"""
