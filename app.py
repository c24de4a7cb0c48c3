"""The WSGI entry."""

import gc
import os
import sys
from types import TracebackType

from leaderjournal import create_app
from leaderjournal.kernel.operations import refuse_wrong_keys
from leaderjournal.kernel.outages import find_outage, format_outage
from leaderjournal.kernel.setting_values import SettingsError


def report_outage(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a sentence instead of a traceback if a command of the operator meets an outage."""
    if find_outage(error) is None:
        sys.__excepthook__(kind, error, trace)
    else:
        sys.stderr.write(f"A store does not take or give anything: {format_outage(error)}\n")


os.umask(0o077)  # files are private to their owner
try:
    app = create_app()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(os.EX_CONFIG) from None
if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
    sys.excepthook = report_outage
if os.environ.get("FLASK_RUN_FROM_CLI") != "true":  # the operator's commands run with any keys
    try:
        refuse_wrong_keys(app)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(os.EX_CONFIG) from None
# Everything created so far stays. The collector need not scan it, which delayed one request in
# fifteen by a tenth of a second.
gc.freeze()
