"""Static files under a hashed folder, so that browsers can cache them for a year.

The hash is of the whole tree, not of each file: modules and stylesheets can then name each other
relatively, with no build step in between. Text is compressed as well as can be, once per process.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path

import brotli
from flask import Blueprint, Flask, Response, abort, request, send_from_directory, url_for

from leaderjournal.kernel.settings import ROOT

STATIC = ROOT / "static"
ONE_YEAR = 365 * 24 * 3600
TEXT_FILES = frozenset({".css", ".js", ".json", ".mjs", ".svg", ".txt"})

UNNEEDED_HEADERS = ("Content-Disposition", "Expires")
"""What `send_from_directory` adds and no browser needs: each reply is sent on a phone's line."""

blueprint = Blueprint("assets", __name__)


def hash_tree(folder: Path) -> str:
    """Return a short hash over the names and contents of every file below `folder`."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@blueprint.get("/assets/<version>/<path:filename>")
def file(version: str, filename: str) -> Response:
    """Serve a static file; the version of another release is answered with 404."""
    if version != get_asset_version():
        abort(404)
    response = send_from_directory(STATIC, filename, max_age=ONE_YEAR)
    response.cache_control.public = True
    response.cache_control.immutable = True
    for name in UNNEEDED_HEADERS:
        response.headers.pop(name, None)
    if Path(filename).suffix in TEXT_FILES:
        response.vary.add("Accept-Encoding")
        encoding = request.accept_encodings.best_match(["br", "gzip"])
        if encoding and response.status_code == 200:
            _replace_body(response, _read_compressed(filename, encoding), encoding)
    return response


def _replace_body(response: Response, body: bytes, encoding: str) -> None:
    response.close()
    response.direct_passthrough = False
    response.set_data(body)
    response.content_encoding = encoding
    response.set_etag(f"{response.get_etag()[0]}-{encoding}")


@cache
def _read_compressed(filename: str, encoding: str) -> bytes:
    content = (STATIC / filename).read_bytes()
    if encoding == "br":
        compressed: bytes = brotli.compress(content)
        return compressed
    return gzip.compress(content, mtime=0)


@cache
def get_asset_version() -> str:
    """Return the hash of the static files, computed once per process."""
    return hash_tree(STATIC)


def get_asset_url(filename: str) -> str:
    """Return the URL of the static file `filename`."""
    return url_for("assets.file", version=get_asset_version(), filename=filename)


def init_assets(app: Flask) -> None:
    """Serve the static files, and give templates their URLs."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = get_asset_url
