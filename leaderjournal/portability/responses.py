"""The reply that sends an export."""

from flask import Response, stream_with_context

from leaderjournal.portability.exports.formats import Export


def send_export(export: Export) -> Response:
    """Return the reply that sends a file while it is made."""
    response = Response(stream_with_context(export.pieces), mimetype=export.media_type)
    response.headers["Content-Type"] = export.media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{export.name}"'
    return response
