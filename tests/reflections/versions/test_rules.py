from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.versions.rules import ONE_SITTING, Piece, compare_words, is_step

WORDS = st.lists(st.sampled_from(["Ann", "led", "the", "call", "and", "I", "sat", "in"]))
A_MINUTE = timedelta(minutes=1)


def join_pieces(pieces, *places):
    return "".join(piece.text for piece in pieces if piece.where in places).split()


@given(before=WORDS, after=WORDS)
def test_pieces_make_up_both_texts(before, after):
    pieces = compare_words(" ".join(before), " ".join(after))
    assert join_pieces(pieces, "both", "before") == before
    assert join_pieces(pieces, "both", "after") == after


def test_only_differences_are_marked():
    pieces = compare_words("I led the call.", "Ann led the call, alone.")
    assert pieces == [
        Piece("I ", "before"),
        Piece("Ann ", "after"),
        Piece("led the ", "both"),
        Piece("call. ", "before"),
        Piece("call, alone.", "after"),
    ]


def test_comparison_ignores_trailing_white_space():
    assert compare_words("I let go", "I let go of it") == [
        Piece("I let go ", "both"),
        Piece("of it", "after"),
    ]


def test_comparison_of_equal_and_empty_texts():
    assert compare_words("", "") == []
    assert compare_words("as it was", "as it was") == [Piece("as it was", "both")]


def test_is_step_accepts_additions_only():
    first = DayContent((Answer("let-go", text="I let"),), note="a")
    more = DayContent((Answer("let-go", score=3, text="I let go."),), note="a note")
    assert is_step(first, more, between=A_MINUTE)
    assert is_step(DayContent(), first, between=A_MINUTE)
    assert not is_step(more, first, between=A_MINUTE)
    assert not is_step(first, more, between=ONE_SITTING + A_MINUTE)
    rescored = DayContent((Answer("let-go", score=4, text="I let go."),), note="a note")
    assert not is_step(more, rescored, between=A_MINUTE)
