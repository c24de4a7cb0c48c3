"""Leader Journal: one look in the mirror a day, under three keys."""

from typing import Any

from flask import Flask, request
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from leaderjournal import styleguide
from leaderjournal.accounts import api as accounts_api
from leaderjournal.accounts import pages as accounts_pages
from leaderjournal.accounts.access import init_access
from leaderjournal.accounts.data_keys import find_key_problems
from leaderjournal.accounts.mail_opt_outs import pages as mail_opt_outs_pages
from leaderjournal.accounts.practice_calendar.store import calendar_changed
from leaderjournal.accounts.resets import pages as resets_pages
from leaderjournal.accounts.rules import SESSION_LIFETIME
from leaderjournal.accounts.second_factor import pages as second_factor_pages
from leaderjournal.accounts.settings.store import local_days_changed
from leaderjournal.accounts.verification import pages as verification_pages
from leaderjournal.cli import COMMANDS
from leaderjournal.kernel import clock
from leaderjournal.kernel.api import DayConverter, init_api
from leaderjournal.kernel.application import Application
from leaderjournal.kernel.assets import init_assets
from leaderjournal.kernel.compression import init_compression
from leaderjournal.kernel.context import init_context
from leaderjournal.kernel.database import init_database
from leaderjournal.kernel.days import to_wall_time
from leaderjournal.kernel.error_log import init_error_log
from leaderjournal.kernel.headers import init_headers
from leaderjournal.kernel.hosts import init_hosts
from leaderjournal.kernel.messages import get_page_messages
from leaderjournal.kernel.modules import list_preloads
from leaderjournal.kernel.operations import init_operations
from leaderjournal.kernel.problems import init_problems
from leaderjournal.kernel.queue import init_queue
from leaderjournal.kernel.quotas import init_quotas
from leaderjournal.kernel.rate_limits import init_limits
from leaderjournal.kernel.request_checks import (
    LARGEST_IMPORT,
    MEGABYTE,
    CheckedRequest,
    NumberConverter,
    init_request_checks,
    refuse_large_body,
)
from leaderjournal.kernel.setting_values import SettingsError
from leaderjournal.kernel.settings import ROOT, Settings
from leaderjournal.navigation import get_navigation
from leaderjournal.onboarding import pages as onboarding_pages
from leaderjournal.onboarding.pages import find_page_hint
from leaderjournal.portability import api as portability_api
from leaderjournal.portability import pages as portability_pages
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.practice_log import api as practice_log_api
from leaderjournal.practice_log import pages as practice_log_pages
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.people.forgetting import name_forgotten
from leaderjournal.prompts import api as prompts_api
from leaderjournal.prompts import pages as prompts_pages
from leaderjournal.prompts.letter import store as letter_store
from leaderjournal.prompts.push.endpoints import PushHosts
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.pwa import pages as pwa_pages
from leaderjournal.questions import api as questions_api
from leaderjournal.questions import pages as questions_pages
from leaderjournal.reflections import api as reflections_api
from leaderjournal.reflections import pages as reflections_pages
from leaderjournal.reflections.commitments import store as written_commitments_store
from leaderjournal.reflections.day_page import today_requested
from leaderjournal.reflections.figures.store import counted_days_changed
from leaderjournal.reflections.texts.store import texts_erased
from leaderjournal.reflections.versions import pages as versions_pages
from leaderjournal.reviews import api as reviews_api
from leaderjournal.reviews import pages as reviews_pages
from leaderjournal.reviews.closing import pages as closing_pages
from leaderjournal.reviews.look_back import pages as look_back_pages
from leaderjournal.reviews.monthly import api as monthly_api
from leaderjournal.reviews.monthly import pages as monthly_pages
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.portraits import store as portraits_store
from leaderjournal.reviews.search import pages as search_pages
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.settings_menu import list_settings_links, list_settings_rows
from leaderjournal.team_mirror import api as team_mirror_api
from leaderjournal.team_mirror import pages as team_mirror_pages
from leaderjournal.team_mirror import store as team_mirror_store
from leaderjournal.today import read_today
from leaderjournal.welcome import pages as welcome_pages

IMPORT_ENDPOINTS = frozenset(
    {
        "portability.import_journal",
        "portability-api.import_journal",
        "portability-api.preview_import",
    }
)

PAGES = (
    accounts_pages,
    welcome_pages,
    mail_opt_outs_pages,
    resets_pages,
    second_factor_pages,
    verification_pages,
    questions_pages,
    reflections_pages,
    versions_pages,
    practice_log_pages,
    team_mirror_pages,
    reviews_pages,
    monthly_pages,
    look_back_pages,
    closing_pages,
    search_pages,
    portability_pages,
    prompts_pages,
    pwa_pages,
    onboarding_pages,
)
APIS = (
    accounts_api,
    questions_api,
    reflections_api,
    practice_log_api,
    team_mirror_api,
    reviews_api,
    monthly_api,
    prompts_api,
    portability_api,
)

local_days_changed.connect(schedule_store.reschedule_after_move)
local_days_changed.connect(letter_store.reschedule_after_move)
calendar_changed.connect(streaks_store.delete_checkpoints)
counted_days_changed.connect(streaks_store.update_checkpoints)
texts_erased.connect(portraits_store.delete_portraits)
written_commitments_store.commitments_removed.connect(commitments_store.delete_results)
name_forgotten.connect(monthly_store.rewrite_texts)
name_forgotten.connect(team_mirror_store.rewrite_lines)
name_forgotten.connect(documents_store.delete_all)
today_requested.connect(read_today)
name_forgotten.connect(portraits_store.delete_all_portraits)


def create_app(settings: Settings | None = None) -> Flask:
    """Create the application of all packages. Raises SettingsError if a setting is wrong."""
    settings = settings or Settings.load()
    _check_push_hosts(settings)
    app = Application(
        __name__,
        instance_path=str(settings.instance.resolve()),
        template_folder=str(ROOT / "templates"),
        static_folder=None,
    )
    _configure(app, settings)
    _init_kernel(app, settings)
    for pages in PAGES:
        app.register_blueprint(pages.blueprint)
    if app.debug:
        app.register_blueprint(styleguide.blueprint)
    init_api(app, [api.blueprint for api in APIS])
    for command in COMMANDS:
        app.cli.add_command(command)
    app.jinja_env.globals["current_user"] = current_user  # macros see globals alone
    app.jinja_env.globals["settings_rows"] = list_settings_rows
    app.jinja_env.globals["settings_links"] = list_settings_links
    app.jinja_env.globals["get_flashed_messages"] = get_page_messages
    app.jinja_env.globals["get_navigation"] = get_navigation
    app.jinja_env.globals["find_page_hint"] = find_page_hint
    app.jinja_env.globals["list_preloads"] = list_preloads
    app.jinja_env.filters["wall_time"] = to_wall_time
    app.context_processor(_get_time_context)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config |= {
        "SECRET_KEY": settings.secret_key,
        "SESSION_COOKIE_NAME": "__Host-session" if settings.secure else "session",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": SESSION_LIFETIME,
        # `accounts.access` extends it: a late reply to a concurrent request would bring back the
        # token that a confirmed password has replaced.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_CHECK_DEFAULT": False,  # `accounts.access` decides which requests are checked
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a page left open can still save
        "WTF_CSRF_SSL_STRICT": settings.secure,
        "MAX_CONTENT_LENGTH": MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": MEGABYTE,
    }
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.request_class = CheckedRequest
    app.url_map.converters["day"] = DayConverter
    app.url_map.converters["int"] = NumberConverter
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _init_kernel(app: Flask, settings: Settings) -> None:
    """Attach the kernel's parts to `app`. Requests pass their checks in this order."""
    init_compression(app)
    init_hosts(app)
    app.before_request(_allow_large_files)
    app.before_request(refuse_large_body)
    init_context(app, settings)
    init_database(app, settings.database_url)
    init_headers(app, secure=settings.secure)
    init_operations(app, find_key_problems)
    init_problems(app)
    init_assets(app)
    init_limits(app)
    init_access(app)
    init_request_checks(app)
    init_error_log(app)
    init_quotas(app)
    init_queue(app, settings.queue_url, settings.secret_key)


def _allow_large_files() -> None:
    """Let imports be larger than other bodies."""
    if request.endpoint in IMPORT_ENDPOINTS:
        request.max_content_length = LARGEST_IMPORT


def _check_push_hosts(settings: Settings) -> None:
    try:
        PushHosts(settings.push_allowed_hosts)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _get_time_context() -> dict[str, Any]:
    now = clock.now()
    return {"now": now, "today": current_user.today(now) if current_user.is_authenticated else None}
