import json
import re
from base64 import urlsafe_b64encode
from datetime import date
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.rules import Question
from leaderjournal.prompts.content import rules
from leaderjournal.prompts.content.rules import (
    MAX_BYTES,
    OWN_QUESTIONS_TEXT,
    PromptContent,
    build_payload,
    choose_question,
    compose_invitation,
    compose_prompt,
    derive_topic,
)

DAY = LocalDate(date(2026, 11, 25))
MIRA = UUID("0198f5a0-7c11-7000-8000-00000000a1b2")

LEAD = Question("lead-1", "lead-from-front", "inspect", "What did you look closely at today?")
SERVE = Question("serve-1", "protect-and-serve", "coach", "Who did you coach today?")
LET_GO = Question("let-go-1", "let-go", "step-aside", "Where did you get out of the way today?")
OWN = Question("own-1", "let-go", None, "Did I leave Tom's offer alone?", every_days=7, own=True)

questions = st.lists(
    st.builds(
        Question,
        id=st.uuids().map(str),
        key=st.sampled_from(catalogue.KEY_SLUGS),
        behaviour=st.none(),
        text=st.text(min_size=1, max_size=40),
        own=st.booleans(),
    ),
    max_size=4,
)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def create_content(body: str, title: str = "Lead from the front") -> PromptContent:
    return PromptContent(title, body, "lead-from-front")


def build_message(body: str, **changed) -> bytes:
    arguments = {"local_date": DAY, "account": MIRA, "public_url": "https://journal.example"}
    return build_payload(**(arguments | {"content": create_content(body)} | changed))


def read_body(message: bytes) -> str:
    return json.loads(message)["notification"]["body"]


def test_prompts_of_a_day_rotate_through_its_questions():
    day = [LEAD, SERVE, LET_GO]
    chosen = [choose_question(day, prompt_number=number) for number in range(1, 5)]
    assert chosen == [SERVE, LET_GO, LEAD, SERVE]


def test_own_question_is_skipped():
    chosen = {choose_question([LEAD, SERVE, OWN], prompt_number=number) for number in range(9)}
    assert chosen == {LEAD, SERVE}


@pytest.mark.parametrize("day", [[], [OWN], [OWN, OWN]])
def test_day_with_only_own_questions_has_no_choice(day):
    assert choose_question(day, prompt_number=2) is None


@given(questions, st.integers(0, 50))
def test_every_catalogue_question_gets_its_turn_and_own_ones_never(day, first):
    ours = [question for question in day if not question.own]
    turns = [choose_question(day, prompt_number=first + turn) for turn in range(len(ours))]
    assert sorted(q.id for q in turns) == sorted(q.id for q in ours)


COACH = "How far did you help someone find their own answer today?"


def test_prompt_has_the_key_the_question_and_what_is_scored():
    spoken = compose_prompt([LEAD, SERVE, OWN], keys=catalogue.list_keys(), prompt_number=1)
    assert spoken == PromptContent(
        "Protect & serve", SERVE.text, "protect-and-serve", score_sentence=COACH
    )
    message = json.loads(build_message("", content=spoken))["notification"]
    assert message["body"] == SERVE.text
    assert message["data"]["score_sentence"] == COACH


OWN_LEAD = Question("own-2", "lead-from-front", "inspect", "Did I open Tom's file?", own=True)
LEAD_KEY = "How far did you lead from the front today?"
INSPECT = "How far did you look closely at what matters today?"


@pytest.mark.parametrize(
    ("day", "sentence"), [([], LEAD_KEY), ([OWN], LEAD_KEY), ([OWN, OWN_LEAD], INSPECT)]
)
def test_one_tap_answers_what_is_scored_under_the_key_of_own_questions(day, sentence):
    spoken = compose_prompt(day, keys=catalogue.list_keys(), prompt_number=3)
    assert spoken.score_sentence == sentence
    assert b"Tom" not in build_message("", content=spoken)


def test_only_own_questions_lead_to_a_generic_sentence():
    spoken = compose_prompt([OWN, OWN, OWN], keys=catalogue.list_keys(), prompt_number=1)
    assert spoken == PromptContent(
        "Lead from the front", OWN_QUESTIONS_TEXT, "lead-from-front", score_sentence=LEAD_KEY
    )


@given(st.lists(words, min_size=1, max_size=3), st.integers(0, 9))
def test_prompt_never_contains_own_text(texts, number):
    own = [
        Question(f"own-{n}", "let-go", None, f"~{text}~", own=True) for n, text in enumerate(texts)
    ]
    spoken = compose_prompt([*own, LEAD], keys=catalogue.list_keys(), prompt_number=number)
    assert spoken.body == LEAD.text
    assert (
        compose_prompt(own, keys=catalogue.list_keys(), prompt_number=number).body
        == OWN_QUESTIONS_TEXT
    )


def test_unknown_key_raises():
    strange = Question("strange", "no-such-key", None, "?")
    with pytest.raises(KeyError, match="no-such-key"):
        compose_prompt([strange], keys=catalogue.list_keys(), prompt_number=1)


def test_payload_is_the_declarative_message_of_the_contract():
    assert json.loads(build_message(LEAD.text)) == {
        "web_push": 8030,
        "notification": {
            "title": "Lead from the front",
            "body": "What did you look closely at today?",
            "navigate": "https://journal.example/?key=lead-from-front",
            "tag": "reflect-2026-11-25",
            "lang": "en",
            "actions": [
                {"action": "did", "title": "Mostly"},
                {"action": "not-today", "title": "Not at all"},
                {"action": "snooze", "title": "Remind me in an hour"},
                {"action": "reflect", "title": "Reflect"},
            ],
            "data": {
                "local_date": "2026-11-25",
                "key": "lead-from-front",
                "account": "0198f5a0-7c11-7000-8000-00000000a1b2",
            },
        },
    }


def test_test_payload_has_no_score_action_and_its_own_tag():
    message = json.loads(
        rules.build_test_payload(public_url="https://journal.example/", language="de")
    )
    notification = message["notification"]
    assert message["web_push"] == 8030
    assert notification["navigate"] == "https://journal.example/"
    assert (notification["tag"], notification["data"], notification["lang"]) == ("test", {}, "de")
    assert notification["actions"] == [{"action": "reflect", "title": "Reflect"}]
    assert notification["title"]
    assert notification["body"]


def test_trailing_slash_of_the_public_url_is_not_doubled():
    message = json.loads(
        build_message("?", public_url="https://example.org/journal/", language="pt-BR")
    )
    assert message["notification"]["navigate"].startswith("https://example.org/journal/?key=")
    assert message["notification"]["lang"] == "pt-BR"


def test_payload_is_compact_utf_8():
    message = build_message("Für wen bist du heute dagewesen – 誰のために")
    assert "Für wen bist du heute dagewesen – 誰のために".encode() in message
    assert b": " not in message
    assert b", " not in message


def test_every_catalogue_question_fits():
    for question in catalogue.list_questions():
        name = catalogue.get_key(question.key).name
        assert (
            read_body(build_message("", content=PromptContent(name, question.text, question.key)))
            == question.text
        )


def find_longest_body() -> int:
    return MAX_BYTES - len(build_message(""))


def test_body_over_the_limit_is_cut_at_a_word():
    fits = "a word " * 600
    fits = fits[: find_longest_body() - 1] + "x"
    assert read_body(build_message(fits)) == fits
    assert len(build_message(fits)) == MAX_BYTES
    cut = read_body(build_message(f"{fits}x"))
    assert re.fullmatch(r"(a word )*(a word|a)…", cut)
    assert MAX_BYTES - len("a word ") - 3 <= len(build_message(f"{fits}x")) <= MAX_BYTES


def test_truncation_leaves_no_comma_before_the_ellipsis():
    body = "y" * (find_longest_body() - 10) + ", " + "z" * 20
    assert read_body(build_message(body)) == "y" * (find_longest_body() - 10) + "…"


@pytest.mark.parametrize("letter", ["x", "領"])
def test_single_long_word_is_cut_within(letter):
    message = build_message(letter * 4_000)
    assert re.fullmatch(f"{letter}+…", read_body(message))
    assert len(message) > MAX_BYTES - len(letter.encode())


@given(st.lists(words, min_size=1, max_size=6), st.integers(1, 800))
@example(['"'], 800)
@example(["\x00"], 800)
@example(["🪞 "], 800)
def test_payload_never_exceeds_the_limit(parts, times):
    body = " ".join(parts * times)
    message = build_message(body)
    assert len(message) <= MAX_BYTES
    shown = read_body(message)
    if shown != body:
        assert len(build_uncut_message(message, body)) > MAX_BYTES
        assert shown.endswith("…")
        assert body.startswith(shown[:-1])


def build_uncut_message(message: bytes, body: str) -> bytes:
    whole = json.loads(message)
    whole["notification"]["body"] = body
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def test_url_that_leaves_no_room_for_a_body_raises():
    with pytest.raises(ValueError, match="no room"):
        build_message("A question?", public_url="https://" + "x" * MAX_BYTES)


def test_topic_is_a_truncated_digest_of_account_and_day():
    digest = sha256(b"0198f5a0-7c11-7000-8000-00000000a1b2 2026-11-25").digest()
    assert derive_topic(MIRA, DAY) == urlsafe_b64encode(digest).decode()[:32]


@given(st.uuids(), st.dates(), st.uuids(), st.dates())
def test_topics_are_32_base64url_characters_and_unique_per_leader_and_day(one, day, other, later):
    assume((one, day) != (other, later))
    assert re.fullmatch("[A-Za-z0-9_-]{32}", derive_topic(one, LocalDate(day)))
    assert derive_topic(one, LocalDate(day)) != derive_topic(other, LocalDate(later))
    assert derive_topic(one, LocalDate(day)) == derive_topic(one, LocalDate(day))


def test_invitation_links_to_the_review_and_offers_no_score():
    content = compose_invitation(LocalDate(date(2026, 10, 1)), keys=catalogue.list_keys())
    message = json.loads(
        build_payload(
            content=content,
            local_date=LocalDate(date(2026, 10, 30)),
            account=UUID(int=1),
            public_url="https://journal.example/",
        )
    )["notification"]
    assert message["title"] == "October in the mirror"
    assert message["navigate"] == "https://journal.example/month/2026-10/review"
    assert [action["action"] for action in message["actions"]] == ["snooze", "reflect"]
