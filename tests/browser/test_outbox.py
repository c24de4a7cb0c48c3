"""What waits on a device to be sent: in order, on top of what others wrote, and never stuck."""

import pytest
from browser.test_journey import register

DATE = "2024-02-16"
DEVICE = """
  const [assets] = document.querySelector("script[type=module]").src.split("js/");
  await import(`${assets}js/offline/device-journal.js`);
  const account = document.querySelector("meta[name=journal-account]").content;
  const journal = await openLocalJournal("a-device");
  const leader = { account, time_zone: "Europe/Berlin", day_starts_at: "03:00", edition: "0" };
  await journal.setLeader(leader);
  const standing = async () => (await journal.getDay(account, date)).content;
  const onServer = async () => {
    const answer = await server.call("GET", `/reflections/${date}`);
    return dayContent.fromReply(await answer.json());
  };
  const letGo = { key: "let-go", behaviour: null, question: null, text: "" };
  const scored = (score) => ({ answers: [{ ...letGo, score }] });
  async function write(change) {
    const base = await standing();
    await journal.writeDay(account, date, base, { ...base, ...change });
    await journal.queueDay(account, date, new Date().toISOString());
  }
  const unsent = () => journal.countUnsent(account);
"""


@pytest.fixture
def on_a_device(page):
    """Run steps of a device that holds a journal of its own; return what they return."""
    register(page)
    page.goto("/settings")

    def run(steps: str):
        return page.evaluate(f"async (date) => {{ {DEVICE} {steps} }}", DATE)

    return run


@pytest.fixture
def page(new_page):
    return new_page(expects=["404", "412", "422"])


def test_a_score_that_went_there_and_back_stands_here_as_on_the_server(on_a_device):
    here, there, unsent = on_a_device("""
      await write(scored(1));
      const { csrf_token: csrf } = await server.getSession();
      const body = { ...scored(2), note: "From another device.", commitment: "" };
      await server.call("PUT", `/reflections/${date}`, { body, csrf });
      for (const score of [4, 1]) await write(scored(score));
      await createOutbox(journal).sendAll();
      return [await standing(), await onServer(), await unsent()];
    """)
    assert unsent == 0
    assert here == there
    assert there["answers"][0]["score"] == 1
    assert there["note"] == "From another device."


def test_what_was_refused_is_sent_once_it_is_put_right(on_a_device):
    refused, unsent, there = on_a_device("""
      await write({ note: "x".repeat(30_000) });
      const [row] = await journal.listUnsent(account);
      await journal.markChange(row, { tried: true }); // on its way while the leader goes on
      await write({ commitment: "Hand it over." });
      const outbox = createOutbox(journal);
      await outbox.sendAll();
      const refused = await unsent();
      await write({ note: "Short." });
      await outbox.sendAll();
      return [refused, await unsent(), await onServer()];
    """)
    assert refused == 2
    assert unsent == 0
    assert (there["note"], there["commitment"]) == ("Short.", "Hand it over.")


def test_words_added_to_what_is_tried_once_more_are_sent_too(on_a_device):
    unsent, here, there = on_a_device("""
      await write({ note: "First." });
      const [row] = await journal.listUnsent(account);
      await journal.markChange(row, { refused: "Not today." });
      const call = async (...asked) => {
        if (asked[0] !== "GET") await write({ note: "First. Second." }); // meanwhile
        return server.call(...asked);
      };
      const net = { ...server, call };
      await createOutbox(journal, { server: net }).sendAll({ again: true });
      await createOutbox(journal).sendAll();
      return [await unsent(), await standing(), await onServer()];
    """)
    assert unsent == 0
    assert here == there
    assert there["note"] == "First. Second."


def test_an_answer_that_comes_after_a_newer_page_takes_nothing_back(on_a_device):
    here, there = on_a_device("""
      const { csrf_token: csrf } = await server.getSession();
      const call = async (...asked) => {
        const answer = await server.call(...asked);
        if (asked[0] !== "PUT") return answer;
        const headers = { "If-Match": answer.headers.get("ETag") };
        const body = { answers: [], note: "Here.", commitment: "There." };
        const newer = await server.call("PUT", `/reflections/${date}`, { body, csrf, headers });
        const content = dayContent.fromReply(await newer.json());
        const etag = newer.headers.get("ETag").replace(/^W\\//, "").replaceAll('"', "");
        // While the answer is on its way.
        await journal.storeServerDay(account, date, { etag, content });
        return answer;
      };
      await write({ note: "Here." });
      await createOutbox(journal, { server: { ...server, call } }).sendAll();
      return [await standing(), await onServer()];
    """)
    assert here == there
    assert (there["note"], there["commitment"]) == ("Here.", "There.")
