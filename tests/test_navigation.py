"""The bar, the header of a section and the side bar: what they lead to, and where one is."""

import re

import pytest

SECTIONS = {
    "Review": {"Month": "/month", "Year": "/year", "Look back": "/look-back", "Search": "/search"},
    "People": {"People": "/people", "Log": "/log", "Team mirror": "/team-mirror"},
}
BAR = ["Today", "Review", "Log something", "People", "Me"]


def find_current(part: str) -> list[tuple[str, str]]:
    """Return what a part of a page marks as current, with the value of the mark."""
    marked = re.findall(r'<a [^>]*aria-current="(\w+)"[^>]*>(.*?)</a>', part)
    return [(re.sub(r"<[^>]+>", "", name), value) for value, name in marked]


def split_navigation(page: str) -> tuple[str, str]:
    """Return the bar, and the header of the section or nothing."""
    bar = page.partition('<header class="main-nav">')[2].partition("</header>")[0]
    header = page.partition('<nav class="section-header"')[2].partition("</nav>")[0]
    return bar, header


@pytest.mark.parametrize(
    ("path", "entry", "section", "shown"),
    [
        ("/", ("Today", "page"), "", None),
        ("/day/2026-01-05", ("Today", "true"), "", None),
        ("/month/2026-03", ("Review", "true"), "Review", ("Month", "page")),
        ("/month/2026-03/review", ("Review", "true"), "Review", ("Month", "true")),
        ("/year/2025", ("Review", "true"), "Review", ("Year", "page")),
        ("/look-back", ("Review", "true"), "Review", ("Look back", "page")),
        ("/search", ("Review", "true"), "Review", ("Search", "page")),
        ("/log/new", ("Log something", "page"), "", None),
        ("/people", ("People", "true"), "People", ("People", "page")),
        ("/log", ("People", "true"), "People", ("Log", "page")),
        ("/team-mirror", ("People", "true"), "People", ("Team mirror", "page")),
        ("/settings", ("Me", "page"), "", None),
        ("/questions", ("Me", "true"), "", None),
        ("/help", None, "", None),
        ("/nowhere", None, "", None),
    ],
)
def test_page_says_where_it_is(browser, path, entry, section, shown):
    bar, header = split_navigation(browser.get(path).text)
    marked = [each for each in (entry, shown) if each]
    assert sorted(find_current(bar)) == sorted(marked)
    assert find_current(header) == ([shown] if shown else [])
    assert header.startswith(f' aria-label="{section}"' if section else "")
    assert bool(header) == bool(section)


def test_everything_is_two_taps_from_today(browser, leader):
    bar, _ = split_navigation(browser.get("/").text)
    main = re.findall(r'<a href="([^"]+)"[^>]*><svg.*?<span>(.*?)</span></a>', bar)
    assert [name for _, name in main] == [*BAR]
    second = {path for pages in SECTIONS.values() for path in pages.values()}
    for (address, name), pages in ((each, SECTIONS.get(each[1], {})) for each in main):
        reply = browser.get(address, follow_redirects=True)
        assert reply.status_code == 200, address
        _, header = split_navigation(reply.text)
        assert dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', header)) == {
            path: title for title, path in pages.items()
        }, name
    for address in second:
        assert browser.get(address, follow_redirects=True).status_code == 200
    assert browser.get("/year").location.endswith(f"/year/{leader.today()[:4]}")


def test_refused_form_of_the_log_stays_in_its_section(post, leader):
    page = post("/log/wins", text="").text
    assert find_current(split_navigation(page)[1]) == [("Log", "true")]
    assert find_current(split_navigation(post("/people", name="").text)[1]) == [("People", "page")]


def test_visitors_have_no_bar(client):
    for path in ("/login", "/welcome", "/offline", "/nowhere"):
        page = client.get(path).text
        assert "main-nav" not in page
        assert "navigation.js" not in page


def test_page_that_stands_for_another_offline_belongs_to_nobody(browser, client):
    page = client.get("/offline/page")
    assert page.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in page.headers
    assert "csrf" not in page.text
    assert page.text.count('<nav class="section-header"') == 2
    assert find_current(page.text) == []
    browser.post("/settings/profile", data={"csrf_token": browser.csrf})
    flashed = browser.get("/offline/page").text + browser.get("/offline/day").text
    assert 'class="notice notice-' not in flashed.replace(
        '<div class="notice notice-problem" data-refused', ""
    )
