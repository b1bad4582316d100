"""Notices go to a real mail server, once, and wait when it cannot take them."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from counterfoil.core import db, errors
from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver, redefer
from counterfoil.notices import operations as notice_operations, secrecy
from counterfoil.notices.models import Delivery, Notice
from tests.factories.people import NOW, Community, visitor
from tests.notices.test_rendering import DATA

pytestmark = pytest.mark.django_db


class Post:
    """A mail server that keeps what it takes, and answers as it is told."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer = "250 OK"
        self.recipient_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            raw = envelope.content
            assert isinstance(raw, bytes)
            message = email.message_from_bytes(raw, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return self.answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    server = Post()
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.DEFAULT_FROM_EMAIL = "Counterfoil <billing@example.test>"
    yield server
    controller.stop()


@pytest.fixture
def home() -> Community:
    return Community()


def queue(home: Community, key: str = "payment_receipt", **changes: Any) -> Delivery:
    with db.transaction():
        public_id = notice_operations.queue(
            now=NOW,
            biller_id=home.id,
            key=key,
            to_email="susan@example.test",
            locale="en",
            zone="America/Chicago",
            data=DATA[key] | changes,
            subject_ref=f"pay_{home.key}",
        )
    return Delivery.objects.select_related("notice").get(notice__public_id=public_id)


def send(delivery: Delivery, *, after: timedelta = timedelta(0)) -> bool:
    done = deliver.run(actor=WORKER, now=NOW + after, delivery_id=delivery.pk)
    delivery.refresh_from_db()
    return done


def test_a_notice_is_queued_once_for_each_intent(home: Community) -> None:
    first, second = queue(home), queue(home)
    assert first.pk == second.pk
    assert Notice.objects.filter(biller_id=home.id).count() == 1


def test_a_notice_vanishes_with_the_act_it_tells_of(home: Community) -> None:
    with pytest.raises(ZeroDivisionError), db.transaction():  # noqa: PT012 - the act fails after queuing
        notice_operations.queue(
            now=NOW, biller_id=home.id, key="payment_receipt", to_email="a@example.test", locale="en",
            zone="UTC", data=DATA["payment_receipt"], subject_ref="pay_x",
        )  # fmt: skip
        raise ZeroDivisionError
    assert not Notice.objects.filter(biller_id=home.id).exists()


def test_the_mail_has_text_html_and_the_receipt(home: Community, post: Post) -> None:
    delivery = queue(home)

    assert send(delivery)

    (mail,) = post.taken
    assert mail["To"] == "susan@example.test"
    assert mail["From"] == "Maple Court Senior Living <billing@example.test>"
    assert mail["Subject"] == "Receipt for your payment to Maple Court Senior Living"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert f"{delivery.notice.public_id}.{delivery.pk}@" in mail["Message-ID"]
    assert [part.get_content_type() for part in mail.walk() if not part.is_multipart()] == [
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (pdf,) = mail.iter_attachments()
    assert pdf.get_filename() == "receipt-7K3QX-9MPLA.pdf"
    assert pdf.get_payload(decode=True).startswith(b"%PDF")  # type: ignore[union-attr]
    assert (delivery.status, delivery.attempts, delivery.sent_at) == ("sent", 1, NOW)
    assert len(delivery.body_sha256) == 64


def test_a_notice_that_was_sent_is_not_sent_again(home: Community, post: Post) -> None:
    delivery = queue(home)
    send(delivery)
    assert not send(delivery, after=timedelta(days=1))
    assert len(post.taken) == 1


def test_a_server_that_cannot_now_is_asked_again_later_and_the_mail_keeps_its_id(
    home: Community, post: Post
) -> None:
    delivery = queue(home)
    post.answer = "451 try later"

    assert not send(delivery)
    assert (delivery.status, delivery.next_at) == ("retrying", NOW + timedelta(minutes=1))
    assert not send(delivery, after=timedelta(seconds=59))
    assert delivery.attempts == 1
    post.answer = "250 OK"
    assert send(delivery, after=timedelta(minutes=1))
    assert (delivery.status, delivery.attempts) == ("sent", 2)


def test_after_eight_tries_it_is_given_up(home: Community, settings: Settings, post: Post) -> None:
    delivery = queue(home)
    post.answer = "451 try later"
    after = timedelta(0)
    while delivery.next_at is not None:
        after = delivery.next_at - NOW
        send(delivery, after=after)
    assert (delivery.status, delivery.attempts) == ("failed", 8)
    assert delivery.last_error == "SMTPDataError: 451"


def test_an_address_that_is_refused_for_good_is_not_tried_again(home: Community, post: Post) -> None:
    delivery = queue(home)
    post.recipient_answer = "550 no such user"
    assert not send(delivery)
    assert (delivery.status, delivery.last_error) == ("failed", "recipient refused: 550")


def test_a_mail_server_that_is_away_loses_nothing(home: Community, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    delivery = queue(home)
    assert not send(delivery)
    assert (delivery.status, delivery.last_error) == ("retrying", "ConnectionRefusedError")


def test_a_worker_that_died_while_sending_is_replaced_when_its_lease_ends(
    home: Community, post: Post
) -> None:
    delivery = queue(home)
    with db.transaction():
        assert notice_operations.claim(delivery_id=delivery.pk, now=NOW) is not None
    assert not send(delivery, after=timedelta(minutes=4))
    assert send(delivery, after=timedelta(minutes=5))
    assert len(post.taken) == 1


def test_what_a_replaced_worker_reports_late_counts_for_nothing(home: Community, post: Post) -> None:
    delivery = queue(home)
    with db.transaction():
        notice_operations.claim(delivery_id=delivery.pk, now=NOW)
    send(delivery, after=timedelta(minutes=5))
    with db.transaction():
        notice_operations.record_failure(
            delivery_id=delivery.pk, attempt=1, error="late", is_final=True, now=NOW
        )
    delivery.refresh_from_db()
    assert (delivery.status, delivery.last_error) == ("sent", "")


def test_lost_jobs_and_due_retries_are_queued_again(home: Community) -> None:
    delivery = queue(home)
    assert redefer.run(actor=WORKER, now=NOW + timedelta(minutes=1)) == 0
    assert redefer.run(actor=WORKER, now=NOW + timedelta(minutes=2)) == 1
    assert delivery.status == "queued"


def test_the_link_of_an_invitation_is_unreadable_in_the_row_and_erased_when_sent(
    home: Community, post: Post
) -> None:
    delivery = queue(home, "invitation")
    assert "secret" not in str(delivery.notice.data)
    opened = secrecy.opened(key="invitation", public_id=delivery.notice.public_id, data=delivery.notice.data)
    assert opened["link"] == "/join/secret/"

    send(delivery)

    assert "/join/secret/" in str(post.taken[0])
    delivery.notice.refresh_from_db()
    assert delivery.notice.data["link"] == ""


def test_only_the_installation_itself_sends(home: Community) -> None:
    delivery = queue(home)
    with pytest.raises(errors.NotPermitted):
        deliver.run(actor=visitor(), now=NOW, delivery_id=delivery.pk)
    assert delivery.attempts == 0
