"""How many bytes of HTML a page has before it is compressed, for a leader of two months."""

import pytest
from factories import sign_in, write_days

PAGES = (
    "/",
    "/day/{day}",
    "/questions",
    "/questions/catalogue/protect-and-serve",
    "/questions/catalogue/protect-and-serve/coach",
    "/settings",
    "/settings/account",
    "/settings/prompts",
    "/people",
    "/search?q=day",
    "/log",
)
MOST_BYTES = 40_000


@pytest.mark.parametrize("page", PAGES)
def test_page_is_light(app, leader, client, page):
    sign_in(client, leader)
    write_days(app, leader, 60)
    day = leader.today()
    leader.writes(day, ("let-go", 4, "I let Jonas decide, and said nothing. " * 8))
    reply = client.get(page.format(day=day))
    assert reply.status_code == 200
    assert len(reply.data) <= MOST_BYTES
