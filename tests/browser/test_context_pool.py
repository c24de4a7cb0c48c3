"""Contexts that tests borrow one after the other: quick to open, with nothing of anybody."""

from browser.conftest import PHONE
from browser.context_pool import ContextPool
from browser.test_journey import register, wait_until_saved
from browser.test_offline import nothing_of
from browser.waiting import wait_until_ready


def test_a_context_given_back_is_lent_again_with_the_worker_and_nothing_of_the_leader(
    running_browser, server
):
    pool, options = ContextPool(running_browser), PHONE | {"base_url": server}
    context = pool.lend(**options)
    page = context.new_page()
    email = register(page)
    wait_until_ready(page)
    page.fill("[name=note]", "About Ben.")
    wait_until_saved(page)
    page.evaluate("() => { localStorage.name = sessionStorage.name = 'Ben'; }")
    page.evaluate("async () => { await (await caches.open('other')).add('/login'); }")
    pool.take_back(context)

    assert pool.lend(**options) is context
    assert context.cookies() == []
    page = context.new_page()
    page.goto("/login")
    nothing_of(email, page)
    [shell] = page.evaluate("caches.keys()")
    assert shell.startswith("shell-")
    pool.take_back(context)
    pool.close()
