"""How often an account may import a file or make a PDF."""

from flask_login import current_user

from leaderjournal.kernel.rate_limits import limiter


def _get_account_id() -> str:
    return str(current_user.id)


IMPORT_LIMIT = "100 per day"
DOCUMENT_LIMIT = "100 per day"

imports_per_account = limiter.shared_limit(
    IMPORT_LIMIT, scope="imports", key_func=_get_account_id, methods=["POST"]
)
documents_per_account = limiter.shared_limit(
    DOCUMENT_LIMIT, scope="documents", key_func=_get_account_id
)
