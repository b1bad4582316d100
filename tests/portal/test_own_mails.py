"""The mails of signing in: in the biller's face, checked by their code, sent at once, and soon forgotten."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import allauth.account
import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from counterfoil.core import clock, db
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver
from counterfoil.notices import operations as notice_operations
from counterfoil.notices.models import Delivery, Notice
from counterfoil.payers.models import PortalAccess
from counterfoil.portal import own_mails
from tests.factories import outbox
from tests.factories.world import World

pytestmark = pytest.mark.django_db
RUTH, NOBODY = "ruth@example.test", "nobody@example.test"
CODE = re.compile(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", re.MULTILINE)
LINK = re.compile(r"^\S+(/accounts/password/reset/key/\S+)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _no_limit_is_used_up() -> None:
    cache.clear()


@pytest.fixture
def visitor(ruth: Client) -> Client:
    """Return a browser in which nobody is signed in; Ruth has registered before."""
    login = get_user_model().objects.get(email=RUTH)
    EmailAddress.objects.update_or_create(
        user=login, email=login.email, defaults={"verified": True, "primary": True}
    )
    return Client()


def ask_code(browser: Client, email: str = RUTH) -> None:
    assert browser.post("/accounts/login/code/", {"email": email}).status_code == 302


def ask_reset(browser: Client, email: str = RUTH) -> None:
    assert browser.post("/accounts/password/reset/", {"email": email}).status_code == 302


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, text
    return match[1]


def jobs() -> list[tuple[int, str, dict[str, int], object]]:
    """Return the jobs that wait to deliver something: priority, status, what, and not before when."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT priority, status, args, scheduled_at FROM procrastinate_jobs WHERE task_name = 'deliver_notice' "
            "ORDER BY id"
        )
        return [(row[0], row[1], json.loads(row[2]), row[3]) for row in cursor.fetchall()]


def test_a_code_comes_from_the_biller_and_logs_in(visitor: Client) -> None:
    ask_code(visitor)
    mail = outbox.sent()[-1]
    assert mail.to == [RUTH]
    assert mail.from_email.startswith("Maple Court <")
    assert [kind for _content, kind in mail.alternatives] == ["text/html"]  # type: ignore[attr-defined]
    text = str(mail.body)
    assert "(555) 555-0142" in text
    assert "http" not in text.replace("http://localhost:8000/messages/check/", "")
    visitor.post("/accounts/login/code/confirm/", {"code": found(CODE, text)})
    assert "_auth_user_id" in visitor.session


def test_the_public_page_confirms_its_message_code_and_tells_no_secret(visitor: Client) -> None:
    for ask, pattern in ((ask_code, CODE), (ask_reset, LINK)):
        ask(visitor)
        text = outbox.last()
        message_code = found(re.compile(r"Message code: (\S+)"), text)
        page = Client().post("/messages/check/", {"code": message_code}).content.decode()
        assert "Yes. Maple Court sent a message with this code" in page
        assert "an address beginning with r***" in page
        assert "Your access" in page
        assert found(pattern, text) not in page
        # The code to log in is not a message's.
        other = Client().post("/messages/check/", {"code": found(pattern, text)}).content.decode()
        assert "Yes. Maple Court" not in other


def test_the_secret_is_sealed_while_it_waits_and_erased_when_it_was_sent(visitor: Client) -> None:
    for ask, key, token, pattern in (
        (ask_code, "login_code", "code", CODE),
        (ask_reset, "password_reset", "link", LINK),
    ):
        ask(visitor)
        sealed = Notice.objects.get(key=key).data[token]
        assert sealed.startswith("v1.")
        secret = found(pattern, outbox.last())
        assert secret not in sealed
        assert Notice.objects.get(key=key).data[token] == ""


def test_no_log_and_no_job_holds_a_secret(visitor: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        ask_code(visitor)
        code = found(CODE, outbox.last())
        ask_reset(visitor)
        link = found(LINK, outbox.last())
        visitor.get(link, follow=True)
    seen = str(
        [line.__dict__ for line in caplog.records if line.name.startswith(("counterfoil", "procrastinate"))]
    )
    assert seen != "[]"
    for secret in (code, code.replace("-", ""), link):
        assert secret not in seen
    assert {tuple(args) for _, _, args, _ in jobs()} == {("delivery_id",)}


def test_the_worker_is_called_at_once_and_before_what_goes_out_in_bulk(visitor: Client) -> None:
    before = len(jobs())
    assert {priority for priority, *_ in jobs()} == {0}
    ask_code(visitor)
    delivery = Delivery.objects.get(notice__key="login_code")
    assert jobs()[before:] == [(1, "todo", {"delivery_id": delivery.pk}, None)]


def test_an_address_without_a_login_makes_the_same_work_and_gets_nothing(visitor: Client) -> None:
    outbox.sent()
    for ask in (ask_code, ask_reset):
        before = (Notice.objects.count(), len(jobs()), len(outbox.sent()))
        with CaptureQueriesContext(connection) as unknown:
            ask(Client(), NOBODY)
        assert (Notice.objects.count(), len(jobs()), len(outbox.sent())) == before
        with CaptureQueriesContext(connection) as known:
            ask(Client(), RUTH)
        assert writes(unknown) == writes(known) != []


def writes(queries: CaptureQueriesContext) -> list[str]:
    """Return what of a message was written, statement by statement."""
    told = [query["sql"] for query in queries.captured_queries]
    return [sql.split("(")[0] for sql in told if "notices_" in sql and sql.startswith("INSERT")]


def test_it_speaks_the_language_that_was_chosen_on_the_way_in(visitor: Client) -> None:
    visitor.post("/language/", {"language": "es"})
    ask_code(visitor)
    assert Notice.objects.get(key="login_code").locale == "es"
    get_user_model().objects.filter(email=RUTH).update(locale="es")
    ask_reset(Client())
    assert Notice.objects.get(key="password_reset").locale == "es"


def test_a_code_that_comes_too_late_is_not_sent_and_forgotten(visitor: Client) -> None:
    ask_code(visitor)
    delivery = Delivery.objects.get(notice__key="login_code")
    done = deliver.run(actor=WORKER, now=clock.now() + timedelta(minutes=10), delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (done, delivery.status, delivery.last_error) == (False, "failed", "too late")
    assert Notice.objects.get(key="login_code").data["code"] == ""


def test_a_code_is_tried_again_only_while_it_is_good(visitor: Client) -> None:
    ask_code(visitor)
    delivery = Delivery.objects.get(notice__key="login_code")
    now = clock.now()
    for attempt, (minutes, status) in enumerate(((0, "retrying"), (1, "retrying"), (6, "failed")), start=1):
        with db.transaction():
            assert notice_operations.claim(delivery_id=delivery.pk, now=now + timedelta(minutes=minutes))
            notice_operations.record_failure(
                delivery_id=delivery.pk, attempt=attempt, error="451", is_final=False,
                now=now + timedelta(minutes=minutes),
            )  # fmt: skip
        delivery.refresh_from_db()
        assert delivery.status == status
    assert Notice.objects.get(key="login_code").data["code"] == ""


def test_who_lost_every_access_still_gets_a_code_to_come_back(world: World, visitor: Client) -> None:
    PortalAccess.objects.filter(login__email=RUTH).update(ended_at=clock.now())
    ask_code(visitor)
    assert Notice.objects.get(key="login_code").biller_id == world.biller_id
    assert found(CODE, outbox.last())


def test_others_who_act_for_the_payer_do_not_read_of_it(visitor: Client, join: Callable[..., Client]) -> None:
    ask_code(visitor)
    outbox.sent()
    notice = Notice.objects.get(key="login_code")
    other = join(email="other@example.test")
    assert "Your code to log in" not in other.get("/messages/").content.decode()
    assert other.get(f"/messages/{notice.public_id}/").status_code == 404


def test_a_link_leads_to_our_own_address_whatever_host_was_asked(visitor: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.COUNTERFOIL_BASE_URL = "https://pay.example.test"
    visitor.post("/accounts/password/reset/", {"email": RUTH}, headers={"host": "evil.example"})
    text = outbox.last()
    assert "https://pay.example.test/accounts/password/reset/key/" in text
    assert "evil.example" not in text


def test_every_mail_of_the_library_is_one_of_ours() -> None:
    """After an upgrade: a mail named here needs a notice, or a word why it cannot be sent."""
    # Links instead of codes, and codes instead of links, are off in the settings.
    never = {"password_reset_code"}
    source = "".join(path.read_text() for path in Path(allauth.account.__file__).parent.rglob("*.py"))
    sent = set(re.findall(r'(?:send_mail\(|email_template = )\s*"account/email/(\w+)"', source))
    assert sent - never == {*own_mails.MAILS, *own_mails.SILENT}
