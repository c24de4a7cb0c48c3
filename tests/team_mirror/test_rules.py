"""How answers are added up to a tally."""

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


def tally_answers(tokens, answers):
    tally = create_tally(tokens)
    for token, answer in zip(tokens, answers, strict=False):
        tally = record_answer(tally, hash_token(token), answer)
    return tally


@given(st.lists(ANSWERS, min_size=1, max_size=6))
def test_result_shows_scores_and_lines_only_with_enough_answers(answers):
    tokens = create_tokens(uuid.uuid4(), 8)
    tally = tally_answers(tokens, answers)
    assert get_result(tally, is_closed=False) is None
    found = get_result(close_tally(tally), is_closed=True)
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
def test_tally_is_independent_of_answer_order_and_token(answers, chance):
    tokens = create_tokens(uuid.uuid4(), 4)
    other, order = list(tokens), list(answers)
    chance.shuffle(order)
    one = tally_answers(tokens, answers)
    another = tally_answers(other, order)
    assert one.scores == another.scores
    assert (one.unused, one.answers) == (another.unused, another.answers)
    assert {k: sorted(v) for k, v in one.lines.items()} == {
        k: sorted(v) for k, v in another.lines.items()
    }


def test_lines_are_shuffled_evenly():
    tokens = create_tokens(uuid.uuid4(), 5)
    said = [Answer({}, {"let-go": line}) for line in "abc"]
    orders = {tally_answers(tokens, said).lines["let-go"] for _ in range(400)}
    assert orders == set(itertools.permutations("abc"))


def test_token_answers_once_and_an_unknown_token_never():
    tokens = create_tokens(uuid.uuid4(), 3)
    tally = record_answer(create_tally(tokens), hash_token(tokens[0]), Answer({"let-go": 3}, {}))
    for used in (tokens[0], create_tokens(uuid.uuid4(), 1)[0]):
        with pytest.raises(InvalidToken):
            record_answer(tally, hash_token(used), Answer({"let-go": 5}, {}))


def test_closing_deletes_answers_too_few_to_show():
    tokens = create_tokens(uuid.uuid4(), 6)
    said = [Answer({"let-go": 2}, {"let-go": f"line {n}"}) for n in range(4)]
    two, four = tally_answers(tokens, said[:2]), tally_answers(tokens, said)
    assert close_tally(two).scores == close_tally(two).lines == {}
    assert close_tally(four).scores == {"let-go": (2, 2, 2, 2)}
    assert close_tally(four).lines == {}
    assert close_tally(four).unused == ()


def test_tally_survives_the_document_round_trip():
    tally = tally_answers(create_tokens(uuid.uuid4(), 3), [Answer({"let-go": 2}, {"let-go": "x"})])
    assert Tally.from_document(tally.to_document()) == tally


@pytest.mark.parametrize("text", ["", "x", "é", "A" * 43, "A" * 44, "A" * 500, "//++", "..%2f"])
def test_malformed_token_is_not_parsed(text):
    read = parse_token(text)
    assert read is None or len(text) in {43, 44}
    mirror = uuid.uuid4()
    [token] = create_tokens(mirror, 1)
    assert parse_token(token) == (mirror, hash_token(token))
