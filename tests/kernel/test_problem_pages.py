"""Pages of problems are for people: what is wrong, without a number or the name of a field."""

import pytest

from leaderjournal.kernel.problems import Problem


def show(app, problem: Problem) -> str:
    with app.test_request_context("/log", method="POST"):
        return app.make_response(app.handle_user_exception(problem)).get_data(as_text=True)


@pytest.mark.parametrize(
    ("errors", "says"),
    [
        ({"local_date": ["Use a date like 2026-11-24."]}, "Use a date like 2026-11-24."),
        ({"name": ["Use 1 to 80 characters."]}, "Name: Use 1 to 80 characters."),
    ],
)
def test_page_of_a_refused_form_names_what_people_know(app, errors, says):
    page = show(app, Problem(422, "local_date: wrong", errors=errors))
    assert "<h1>Please check what you entered</h1>" in page
    assert says in page
    assert "422" not in page
    assert "local_date" not in page


def test_page_of_any_other_problem_has_a_heading_in_words(app):
    page = show(app, Problem(412, "This day has changed."))
    assert "<h1>That didn’t work</h1>" in page
    assert "This day has changed." in page
    assert "Precondition" not in page
