from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from counterfoil.core import tokens

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_secret_is_27_characters_of_base64url_and_never_the_same() -> None:
    secrets = {tokens.new_secret() for _ in range(200)}

    assert len(secrets) == 200
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{27}", secret) for secret in secrets)


def test_a_digest_is_the_plain_sha256() -> None:
    assert tokens.digest("abc") == hashlib.sha256(b"abc").digest()


def test_what_was_signed_comes_back_for_its_purpose_alone(key_file: Path) -> None:
    token = tokens.sign("pay_1.x", purpose="receipt")

    assert tokens.unsign(token, purpose="receipt") == "pay_1.x"
    with pytest.raises(tokens.BadToken):
        tokens.unsign(token, purpose="other")


@pytest.mark.parametrize("token", ["", ".", "pay_1", "pay_1.", "pay_2.AAAAAAAAAAAAAAAAAAAAAA", "ü.ü"])
def test_anything_else_is_refused(key_file: Path, token: str) -> None:
    with pytest.raises(tokens.BadToken):
        tokens.unsign(token, purpose="receipt")


def test_a_purpose_and_a_value_cannot_trade_letters(key_file: Path) -> None:
    token = tokens.sign("b:c", purpose="a")
    mac = token.rpartition(".")[2]

    with pytest.raises(tokens.BadToken):
        tokens.unsign(f"c.{mac}", purpose="a:b")


def test_a_form_key_is_new_each_time_and_tells_when_it_was_made(key_file: Path) -> None:
    one = tokens.form_key(purpose="pay", subject="lgn_1", issued_at=AT)
    two = tokens.form_key(purpose="pay", subject="lgn_1", issued_at=AT)
    read = tokens.read_form_key(one, purpose="pay", subject="lgn_1")

    assert read.issued_at == AT
    assert read.key != tokens.read_form_key(two, purpose="pay", subject="lgn_1").key
    assert tokens.read_form_key(one, purpose="pay", subject="lgn_1") == read


@pytest.mark.parametrize(("purpose", "subject"), [("plan", "lgn_1"), ("pay", "lgn_2")])
def test_a_form_key_of_another_form_or_person_is_refused(key_file: Path, purpose: str, subject: str) -> None:
    token = tokens.form_key(purpose="pay", subject="lgn_1", issued_at=AT)

    with pytest.raises(tokens.BadToken):
        tokens.read_form_key(token, purpose=purpose, subject=subject)
