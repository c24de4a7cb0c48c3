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
