"""Send requests with wrk and read what it measured."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = """
local headers, path, method, bodies = %(headers)s, "%(path)s", "%(method)s", %(bodies)s
local number = 0
function request()
  number = number + 1
  local given = headers[number %% #headers + 1]
  local body = bodies[number %% #bodies + 1]
  if body then body = body:gsub("NUMBER", tostring(number)) end
  local days = %(days)s
  local to = path
  if #days > 0 then to = path:gsub("DAY", days[number %% #days + 1]) end
  return wrk.format(method, to, given, body)
end
function done(summary, latency, requests)
  io.stderr:write(string.format(
    '{"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, "failed": %%d, "bytes": %%d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout, summary.bytes))
end
"""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is sent again and again. `DAY` in the path stands for one of `days`."""

    name: str
    path: str
    method: str = "GET"
    is_page: bool = False
    has_floor: bool = True
    """Whether bare Flask can be asked for the same."""
    bodies: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What the requests took: milliseconds, requests a second, and bytes of a reply."""

    requests: int
    p50: float
    p99: float
    per_second: float
    reply_bytes: float


def find_wrk() -> str:
    """Return the path of wrk. Raises SystemExit if it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("wrk is not installed: apt-get install wrk, or brew install wrk.")
    return found


def send_requests(
    port: int, call: Call, headers: Sequence[dict[str, str]], *, seconds: float, connections: int
) -> Load:
    """Send a call for so many seconds, in turn with each of `headers`.

    Raises RuntimeError if one request fails: then nothing was measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "load.lua"
        script.write_text(
            SCRIPT
            % {
                "headers": _write_lua([_write_lua(one) for one in headers], is_code=True),
                "path": call.path,
                "method": call.method,
                "bodies": _write_lua(call.bodies),
                "days": _write_lua(call.days),
            }
        )
        ran = subprocess.run(
            [
                find_wrk(),
                *("-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s"),
                *("-s", str(script), f"http://127.0.0.1:{port}"),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    measured = json.loads(ran.stderr.strip().splitlines()[-1])
    if measured["failed"]:
        raise RuntimeError(f"{call.name}: {measured['failed']} of {measured['requests']} failed")
    return Load(
        requests=measured["requests"],
        p50=measured["p50"] / 1000,
        p99=measured["p99"] / 1000,
        per_second=measured["requests"] / (measured["microseconds"] / 1e6),
        reply_bytes=measured["bytes"] / max(1, measured["requests"]),
    )


def _write_lua(value: object, *, is_code: bool = False) -> str:
    """Return a table of texts, or of names and texts, in Lua."""
    if isinstance(value, dict):
        pairs = (f"[{json.dumps(name)}] = {json.dumps(text)}" for name, text in value.items())
        return "{" + ", ".join(pairs) + "}"
    texts = value if is_code else [json.dumps(text, ensure_ascii=False) for text in value]
    return "{" + ", ".join(texts) + "}"
