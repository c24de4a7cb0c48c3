"""Which spellings of an address reach the same mailbox."""

from contextlib import suppress

from leaderjournal.accounts.rules import normalize_email

DOMAINS_IGNORING_DOTS = frozenset({"gmail.com", "googlemail.com"})


def normalize_mailbox(address: str) -> str:
    """Return the same text for every spelling of an address that reaches one mailbox.

    Case, what follows a plus sign (RFC 5233), the dots that Gmail ignores, and the two ways to
    write an international domain (RFC 5891) make no difference.
    """
    local, _, domain = normalize_email(address).rpartition("@")
    domain = domain.rstrip(".")
    with suppress(UnicodeError):  # a domain that cannot be reached stays as written
        domain = domain.encode("idna").decode()
    local = local.partition("+")[0] or local
    if domain in DOMAINS_IGNORING_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"
