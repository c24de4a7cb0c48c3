"""The operator's commands for accounts: `flask --app app accounts …`."""

import json
from datetime import timedelta

import click
from flask.cli import AppGroup, with_appcontext
from marshmallow import ValidationError

from leaderjournal.accounts import mail_texts, store
from leaderjournal.accounts.invitations import store as invitations_store
from leaderjournal.accounts.mailing import MailDelayed, MailRefused, deliver
from leaderjournal.accounts.registration import explain_registration
from leaderjournal.accounts.resets import store as resets_store
from leaderjournal.accounts.roster.store import ListedAccount, list_accounts
from leaderjournal.accounts.schemas import Email
from leaderjournal.accounts.second_factor import store as second_factor_store
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.accounts.verification.store import find_pending_verification
from leaderjournal.accounts.verification.tasks import ask_to_verify
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import ZONE_NAMES, Instant, format_utc
from leaderjournal.kernel.setting_values import Registration

OPERATOR_LINK_LIFETIME = timedelta(days=3)
"""How long a link works that an operator makes: it is handed on by hand."""

accounts_commands = AppGroup("accounts", help="List, add, invite, suspend and resume accounts.")

print_link = click.option(
    "--print", "is_printed", is_flag=True, help="Print the link even where mail can be sent."
)


class EmailArgument(click.ParamType[str]):
    """An e-mail address."""

    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address in its normal form."""
        try:
            return str(Email().deserialize(value))
        except ValidationError as error:
            self.fail(" ".join(map(str, error.messages)), param, ctx)


email_argument = click.argument("email", type=EmailArgument())


@accounts_commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@with_appcontext
def list_all(*, as_json: bool) -> None:
    """List every account: address, name, created, last seen, verified, suspended."""
    count = 0
    for account in list_accounts():
        count += 1
        click.echo(_format_json(account) if as_json else _format_line(account))
    if as_json:
        return
    waiting = invitations_store.count_pending(now=clock.now())
    click.echo(f"{_format_count(count, 'account')}, {_format_count(waiting, 'open invitation')}.")
    click.echo(explain_registration(get_settings().registration))


def _format_json(account: ListedAccount) -> str:
    return json.dumps(
        {
            "id": str(account.id),
            "email": account.email,
            "name": account.name,
            "created_at": format_utc(account.created_at),
            "last_seen_at": format_utc(account.last_seen_at) if account.last_seen_at else None,
            "verified": account.verified,
            "suspended_at": format_utc(account.suspended_at) if account.suspended_at else None,
        },
        ensure_ascii=False,
    )


def _format_line(account: ListedAccount) -> str:
    return "  ".join(
        (
            f"{account.email or 'DATA_KEYS lacks its key':<34}",
            f"{_replace_unprintable(account.name or ''):<24}",
            f"created {_format_day(account.created_at)}",
            f"seen {_format_day(account.last_seen_at)}",
            "verified  " if account.verified else "unverified",
            f"suspended {_format_day(account.suspended_at)}" if account.suspended_at else "",
        )
    ).rstrip()


def _replace_unprintable(text: str) -> str:
    """Return a name without what would act on the operator's terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _format_day(moment: Instant | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never     "


def _format_count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


@accounts_commands.command("add")
@email_argument
@click.option("--name", default="", help="The leader's name; without it, the address's first part.")
@click.option(
    "--time-zone",
    default="UTC",
    show_default=True,
    help="An IANA zone like Europe/Berlin; the leader can change it.",
)
@print_link
@with_appcontext
def add(email: str, *, name: str, time_zone: str, is_printed: bool) -> None:
    """Create an account for EMAIL, and send or print a link to choose its password."""
    if time_zone not in ZONE_NAMES:
        raise click.BadParameter("use an IANA zone like Europe/Berlin.", param_hint="--time-zone")
    now = clock.now()
    try:
        leader = store.create_account(
            email=email,
            password=None,
            name=name.strip()[:200] or email.partition("@")[0],
            time_zone=time_zone,
            language="en",
            now=now,
        )
    except store.EmailTaken:
        raise click.ClickException("This address has an account already.") from None
    invitations_store.withdraw_invitation(email)
    click.echo("Account created.")
    _deliver_password_link(
        leader, mail_texts.ADDED_SUBJECT, mail_texts.ADDED_BODY, is_printed=is_printed, now=now
    )


@accounts_commands.command("reset")
@email_argument
@print_link
@with_appcontext
def reset(email: str, *, is_printed: bool) -> None:
    """Send or print a link with which EMAIL's owner chooses a new password."""
    leader = _find_leader(email)
    if store.find_active_leader(leader.id) is None:
        raise click.ClickException("This account is suspended. Run `accounts resume` first.")
    _deliver_password_link(
        leader,
        mail_texts.RESET_SUBJECT,
        mail_texts.OPERATOR_RESET_BODY,
        is_printed=is_printed,
        now=clock.now(),
    )


def _deliver_password_link(
    leader: store.Leader, subject: str, body: str, *, is_printed: bool, now: Instant
) -> None:
    mailed = bool(get_settings().smtp_url) and not is_printed
    reset_id = resets_store.create_reset(
        leader.id, now=now, mailed=mailed, lifetime=OPERATOR_LINK_LIFETIME
    )
    link = f"{get_settings().public_url}/reset/{resets_store.make_reset_token(reset_id)}"
    if mailed:
        _send_mail(
            leader.email, subject, body.format(link=link), repeat=f"accounts reset {leader.email}"
        )
    else:
        click.echo(f"They choose a password here, once, within 3 days: {link}")


@accounts_commands.command("invite")
@email_argument
@click.option("--withdraw", is_flag=True, help="Withdraw the invitation instead.")
@print_link
@with_appcontext
def invite(email: str, *, withdraw: bool, is_printed: bool) -> None:
    """Invite EMAIL to register: send the link, or print it where no mail can be sent."""
    if withdraw:
        if not invitations_store.withdraw_invitation(email):
            raise click.ClickException("There is no open invitation for this address.")
        click.echo("Invitation withdrawn.")
        return
    if get_settings().registration is Registration.CLOSED:
        raise click.ClickException(
            "Registration is closed, so an invitation would not work."
            " Set REGISTRATION=invite, or use `accounts add`."
        )
    if store.find_account_id(email) is not None:
        raise click.ClickException("This address has an account already.")
    mailed = bool(get_settings().smtp_url) and not is_printed
    token = invitations_store.create_invitation(email, mailed=mailed, now=clock.now())
    link = f"{get_settings().public_url}/register/{token}"
    if mailed:
        body = mail_texts.INVITATION_BODY.format(link=link)
        _send_mail(email, mail_texts.INVITATION_SUBJECT, body, repeat=f"accounts invite {email}")
    else:
        click.echo(f"They register here, once, within 14 days: {link}")


def _send_mail(to: str, subject: str, body: str, *, repeat: str) -> None:
    try:
        deliver(to, subject, body)
    except (MailDelayed, MailRefused) as error:
        raise click.ClickException(
            f"The mail was not sent ({error}). Print the link instead:"
            f" flask --app app {repeat} --print"
        ) from error
    click.echo(f"Link sent to {to}.")


@accounts_commands.command("suspend")
@email_argument
@with_appcontext
def suspend(email: str) -> None:
    """Close EMAIL's account to everyone and send it nothing; its data stays."""
    if not suspension_store.suspend(_find_leader(email).id, now=clock.now()):
        raise click.ClickException("This account is already suspended.")
    click.echo("Account suspended. Every device is signed out, and nothing is sent.")


@accounts_commands.command("resume")
@email_argument
@with_appcontext
def resume(email: str) -> None:
    """End the suspension of EMAIL's account."""
    if not suspension_store.resume(_find_leader(email).id):
        raise click.ClickException("This account is not suspended.")
    click.echo("Account resumed. Its owner can sign in again.")


@accounts_commands.command("remove-second-factor")
@email_argument
@with_appcontext
def remove_second_factor(email: str) -> None:
    """Let EMAIL's owner sign in by password alone: for who lost app and recovery codes."""
    if not second_factor_store.turn_off(_find_leader(email).id):
        raise click.ClickException("This account has no second factor.")
    click.echo("Two-step sign-in is off. Make sure that it was the owner who asked.")


@accounts_commands.command("ask-to-verify")
@with_appcontext
def ask_all_to_verify() -> None:
    """Send every account whose address is not verified the link to do so."""
    if not get_settings().smtp_url:
        raise click.ClickException("SMTP_URL is not set, so no mail can be sent.")
    now = clock.now()
    waiting = [account.id for account in list_accounts() if _needs_verification(account)]
    sent = 0
    for account_id in waiting:
        leader = store.find_active_leader(account_id)
        if leader is not None and find_pending_verification(leader, now=now) is None:
            ask_to_verify(leader, now=now)
            sent += 1
    click.echo(f"The worker will send a link to {_format_count(sent, 'account')}.")


def _needs_verification(account: ListedAccount) -> bool:
    return account.email is not None and not account.verified and account.suspended_at is None


def _find_leader(email: str) -> store.Leader:
    account_id = store.find_account_id(email)
    leader = store.find_leader(account_id) if account_id else None
    if leader is None:
        raise click.ClickException("There's no account with this address.")
    return leader
