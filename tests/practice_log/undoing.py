"""Reading the notice that offers to undo something."""

import re


def read_undo(page):
    """Return where the Undo button of a page posts to, and its fields."""
    notice = re.search(r'<div class="[^"]*undo-notice">.*?</form>', page, re.DOTALL)[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', notice))
    fields.pop("csrf_token")
    return re.search(r'action="([^"]+)"', notice)[1], fields
