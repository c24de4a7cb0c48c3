import hashlib
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from leaderjournal.prompts.mail.unsubscribe_tokens import (
    create_unsubscribe_token,
    read_unsubscribe_token,
)

SECRET = "of-the-service-and-of-nobody-else-2026"
ACCOUNT = UUID("0193a4c1-7b7e-7c11-9a55-0a4ef2b3c4d5")


@given(account=st.uuids())
def test_token_round_trips_to_its_account(account):
    assert read_unsubscribe_token(create_unsubscribe_token(account, SECRET), SECRET) == account


@given(account=st.uuids())
def test_token_is_url_safe(account):
    token = create_unsubscribe_token(account, SECRET)
    assert re.fullmatch(r"[A-Za-z0-9._-]{50,120}", token)
    assert token == create_unsubscribe_token(account, SECRET)


@given(text=st.text())
def test_arbitrary_text_is_no_token(text):
    assert read_unsubscribe_token(text, SECRET) is None


@given(data=st.data())
def test_tampered_token_is_rejected(data):
    token = create_unsubscribe_token(ACCOUNT, SECRET)
    # The last character of a signature has bits to spare that mean nothing.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.sampled_from("abcABC019_-."))
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or read_unsubscribe_token(changed, SECRET) is None


def test_token_signed_with_another_secret_is_rejected():
    assert (
        read_unsubscribe_token(create_unsubscribe_token(ACCOUNT, "another" + SECRET), SECRET)
        is None
    )


@pytest.mark.parametrize("salt", ["cookie-session", "itsdangerous"])
def test_token_signed_for_another_purpose_is_rejected(salt):
    signing = {"digest_method": hashlib.sha256}
    token = URLSafeSerializer(SECRET, salt=salt, signer_kwargs=signing).dumps(ACCOUNT.hex)
    assert read_unsubscribe_token(token, SECRET) is None
