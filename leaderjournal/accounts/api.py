"""Accounts in the API."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from flask_login import login_required
from flask_wtf.csrf import generate_csrf

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.api_tokens import store as tokens_store
from leaderjournal.accounts.erasure.store import erase_account
from leaderjournal.accounts.limits import limit_password_checks, limit_registrations
from leaderjournal.accounts.passwords.store import has_password
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import Pause
from leaderjournal.accounts.registration import RegistrationRefused, register_account
from leaderjournal.accounts.rules import CHALLENGE, TRACES_REMAIN
from leaderjournal.accounts.schemas import (
    ErasedSchema,
    EraseSchema,
    IssuedTokenSchema,
    MeSchema,
    NewTokenSchema,
    PauseSchema,
    RegistrationSchema,
    SessionSchema,
    TokenSchema,
)
from leaderjournal.accounts.second_factor.sign_in import require_code
from leaderjournal.accounts.settings.store import change_settings
from leaderjournal.accounts.sign_in import try_sign_in
from leaderjournal.accounts.store import EmailTaken, Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.database_logs import clear_logs
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.request_checks import Blueprint

blueprint = Blueprint("accounts-api", __name__, url_prefix=PREFIX, description="Accounts")


def represent_leader(leader: Leader) -> dict[str, Any]:
    """Return the leader as `GET /me` shows them."""
    return {
        "id": leader.id,
        "email": leader.email,
        "email_verified": leader.email_verified_at is not None,
        "name": leader.name,
        "time_zone": leader.time_zone,
        "day_starts_at": leader.day_starts_at,
        "practice_days": leader.practice_days,
        "language": leader.language,
    }


@blueprint.get("/session")
@login_required
@blueprint.response(200, SessionSchema)
def read_session() -> dict[str, Any]:
    """Read whose session it is, with the CSRF token that its next changing calls need."""
    leader = get_current_leader()
    return {
        "csrf_token": generate_csrf(),
        "account_id": leader.id,
        "time_zone": leader.time_zone,
        "day_starts_at": leader.day_starts_at,
    }


@blueprint.post("/accounts")
@blueprint.doc(security=[], **{"x-problems": ["403", "409", "429"]})
@limit_registrations
@blueprint.arguments(RegistrationSchema)
@blueprint.response(201, MeSchema)
def register(new: dict[str, Any]) -> dict[str, Any]:
    """Register; where registration is by invitation, with the token of one."""
    invitation = new.pop("invitation")
    try:
        return represent_leader(register_account(new, invitation=invitation, now=clock.now()))
    except RegistrationRefused as refusal:
        raise Problem(403, str(refusal)) from refusal
    except EmailTaken as error:
        taken = "This address has an account already. Sign in instead."
        raise Problem(409, f"email: {taken}", errors={"email": [taken]}) from error


@blueprint.post("/tokens")
@blueprint.doc(security=[], **{"x-problems": ["401", "403", "409", "429"]})
@blueprint.arguments(NewTokenSchema)
@blueprint.response(201, IssuedTokenSchema)
def create_token(credentials: dict[str, Any]) -> dict[str, Any]:
    """Get a token for an address and its password. The token is shown this once.

    Where the account has two-step sign-in, `otp` is a code of its app or a recovery code.
    """
    leader = try_sign_in(credentials["email"], credentials["password"])
    if leader is None:
        raise Problem(
            401,
            "The address or the password is not right.",
            headers=CHALLENGE,
        )
    require_code(leader, credentials["otp"], now=clock.now())
    token, stored = tokens_store.create_token(
        leader.cipher,
        label=credentials["label"],
        scopes=credentials["scope"],
        lifetime=timedelta(days=credentials["expires_in_days"]),
        now=clock.now(),
    )
    return {"token": token, **asdict(stored)}


@blueprint.get("/tokens")
@login_required
@blueprint.response(200, create_page_schema(TokenSchema, "Tokens"))
def list_tokens() -> dict[str, Any]:
    """List the account's tokens."""
    return format_page(tokens_store.list_tokens(get_current_leader().cipher))


@blueprint.delete("/tokens/<uuid:token_id>")
@login_required
@blueprint.response(204)
def revoke_token(token_id: UUID) -> None:
    """Revoke a token."""
    if not tokens_store.revoke_token(get_current_leader().id, token_id):
        raise Problem(404, "There is no such token.")


@blueprint.get("/me")
@login_required
@blueprint.response(200, MeSchema)
def me() -> dict[str, Any]:
    """Read what the leader set about themselves."""
    return represent_leader(get_current_leader())


@blueprint.patch("/me")
@login_required
@blueprint.arguments(MeSchema)
@blueprint.response(200, MeSchema)
def change_me(changes: dict[str, Any]) -> dict[str, Any]:
    """Change what the leader set about themselves."""
    if "practice_days" in changes:
        changes["practice_days"] = frozenset(changes["practice_days"])
    return represent_leader(change_settings(get_current_leader(), now=clock.now(), **changes))


@blueprint.delete("/me")
@blueprint.doc(**{"x-problems": ["429"]})
@login_required
@limit_password_checks
@blueprint.arguments(EraseSchema)
@blueprint.response(204)
@blueprint.alt_response(202, schema=ErasedSchema, description="Erased; the last traces go soon")
def erase_me(values: dict[str, Any]) -> Response | None:
    """Erase the account and all it wrote; 202 where traces in a log wait for a reader to end."""
    if not has_password(get_current_leader().id, values["password"]):
        raise Problem(
            403,
            "password: This is not your password.",
            errors={"password": ["This is not your password."]},
        )
    erase_account(get_current_leader().id, now=clock.now())
    if clear_logs():
        return None
    response = jsonify(detail=TRACES_REMAIN)
    response.status_code = 202
    return response


@blueprint.get("/pauses")
@login_required
@blueprint.response(200, create_page_schema(PauseSchema, "Pauses"))
def list_pauses() -> dict[str, Any]:
    """List the account's pauses."""
    return format_page(calendar_store.list_pauses(get_current_leader().id))


@blueprint.post("/pauses")
@blueprint.doc(**{"x-problems": ["409"]})
@login_required
@blueprint.arguments(PauseSchema)
@blueprint.response(201, PauseSchema)
def add_pause(values: dict[str, Any]) -> calendar_store.StoredPause:
    """Add a pause: days on which nothing is expected."""
    return calendar_store.add_pause(get_current_leader().id, Pause(**values))


@blueprint.delete("/pauses/<uuid:pause_id>")
@login_required
@blueprint.response(204)
def remove_pause(pause_id: UUID) -> None:
    """Remove a pause."""
    if not calendar_store.remove_pause(get_current_leader().id, pause_id):
        raise Problem(404, "There is no such pause.")
