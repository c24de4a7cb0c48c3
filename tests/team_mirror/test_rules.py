"""What is kept of answers, whoever comes in whatever order."""

import itertools
import uuid
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.team_mirror.rules import (
    Answer,
    Tally,
    close_tally,
    create_tally,
    get_result,
    record_answer,
)
from leaderjournal.team_mirror.tokens.rules import (
    InvalidToken,
    create_tokens,
    hash_token,
    parse_token,
)

ANSWERS = st.builds(
    Answer,
    st.dictionaries(st.sampled_from(KEY_SLUGS), st.integers(1, 5)),
    st.dictionaries(st.sampled_from(KEY_SLUGS), st.text(min_size=1, max_size=5)),
)


def heard_of(tokens, answers):
    heard = create_tally(tokens)
    for token, answer in zip(tokens, answers, strict=False):
        heard = record_answer(heard, hash_token(token), answer)
    return heard


@given(st.lists(ANSWERS, min_size=1, max_size=6))
def test_what_is_shown_is_what_was_said_and_only_where_enough_said_it(answers):
    tokens = create_tokens(uuid.uuid4(), 8)
    heard = heard_of(tokens, answers)
    assert get_result(heard, is_closed=False) is None
    found = get_result(close_tally(heard), is_closed=True)
    if len(answers) < 3:
        assert found is None
        return
    assert found.answers == len(answers)
    for key in KEY_SLUGS:
        scores = [a.scores[key] for a in answers if key in a.scores]
        lines = sorted(a.lines[key] for a in answers if key in a.lines)
        if len(scores) < 3:
            assert key not in found.scores
        else:
            assert (found.scores[key].mean, found.scores[key].n) == (mean(scores), len(scores))
        assert sorted(found.lines.get(key, ())) == (lines if len(answers) >= 5 else [])


@given(st.lists(ANSWERS, min_size=2, max_size=4), st.randoms())
def test_neither_the_order_of_answers_nor_whose_token_it_was_changes_what_is_kept(answers, chance):
    tokens = create_tokens(uuid.uuid4(), 4)
    other, order = list(tokens), list(answers)
    chance.shuffle(order)
    one = heard_of(tokens, answers)
    another = heard_of(other, order)
    assert one.scores == another.scores
    assert (one.unused, one.answers) == (another.unused, another.answers)
    assert {k: sorted(v) for k, v in one.lines.items()} == {
        k: sorted(v) for k, v in another.lines.items()
    }


def test_lines_come_up_in_every_order_whoever_was_first():
    tokens = create_tokens(uuid.uuid4(), 5)
    said = [Answer({}, {"let-go": line}) for line in "abc"]
    orders = {heard_of(tokens, said).lines["let-go"] for _ in range(400)}
    assert orders == set(itertools.permutations("abc"))


def test_a_token_answers_once_and_one_that_was_not_issued_never():
    tokens = create_tokens(uuid.uuid4(), 3)
    heard = record_answer(create_tally(tokens), hash_token(tokens[0]), Answer({"let-go": 3}, {}))
    for used in (tokens[0], create_tokens(uuid.uuid4(), 1)[0]):
        with pytest.raises(InvalidToken):
            record_answer(heard, hash_token(used), Answer({"let-go": 5}, {}))


def test_what_is_too_little_to_show_is_not_kept_after_closing():
    tokens = create_tokens(uuid.uuid4(), 6)
    said = [Answer({"let-go": 2}, {"let-go": f"line {n}"}) for n in range(4)]
    two, four = heard_of(tokens, said[:2]), heard_of(tokens, said)
    assert close_tally(two).scores == close_tally(two).lines == {}
    assert close_tally(four).scores == {"let-go": (2, 2, 2, 2)}
    assert close_tally(four).lines == {}
    assert close_tally(four).unused == ()


def test_what_is_kept_comes_back_from_its_document():
    heard = heard_of(create_tokens(uuid.uuid4(), 3), [Answer({"let-go": 2}, {"let-go": "x"})])
    assert Tally.from_document(heard.to_document()) == heard


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 43, "A" * 44, "A" * 500, "//++", "..%2f"])
def test_what_is_no_token_is_told_from_one(text):
    read = parse_token(text)
    assert read is None or len(text) in {43, 44}
    mirror = uuid.uuid4()
    [token] = create_tokens(mirror, 1)
    assert parse_token(token) == (mirror, hash_token(token))
