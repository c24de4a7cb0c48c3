"""The blueprint that all pages of accounts share."""

from flask import Blueprint
from werkzeug import Response

blueprint = Blueprint("accounts", __name__)

Page = Response | str | tuple[str, int]
