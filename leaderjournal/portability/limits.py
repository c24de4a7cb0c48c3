"""How often an account may have a journal read or a PDF made."""

from flask_login import current_user

from leaderjournal.kernel.limits import limiter


def _account() -> str:
    return str(current_user.id)


IMPORTS = "100 per day"
DOCUMENTS = "100 per day"

imports_per_account = limiter.shared_limit(
    IMPORTS, scope="imports", key_func=_account, methods=["POST"]
)
documents_per_account = limiter.shared_limit(DOCUMENTS, scope="documents", key_func=_account)
