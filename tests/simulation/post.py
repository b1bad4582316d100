"""The mail of a simulated month: a server that is away now and then, addresses that are gone, and the whole outbox.

A message goes out at least once: a crash between the sending and the writing sends it again, and nothing else does.
"""

from __future__ import annotations

import random
import smtplib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.test import override_settings

from counterfoil.core.actor import WORKER
from counterfoil.flows.notices import deliver, redefer
from tests.simulation import reading

Letter = tuple[str, str]
"""A message's id, without its host, and the address it goes to."""

# After so many tries a message has failed.
TRIES: Final = 8
WAITING = """
SELECT j.id, d.id FROM procrastinate_jobs j JOIN notices_delivery d ON d.id = (j.args->>'delivery_id')::bigint
WHERE d.biller_id = %s AND j.task_name = 'deliver_notice' ORDER BY j.id
"""
DUE = """
SELECT 1 FROM notices_delivery WHERE biller_id = %s AND status IN ('queued', 'retrying', 'sending')
AND next_at <= %s - interval '2 minutes' LIMIT 1
"""
DONE = """
DELETE FROM procrastinate_jobs j USING notices_delivery d
WHERE d.biller_id = %s AND d.id = (j.args->>'delivery_id')::bigint AND j.id = ANY(%s) RETURNING j.id
"""
OUTBOX = """
SELECT n.key, n.public_id || '.' || d.id, d."to", d.status, d.attempts
FROM notices_delivery d JOIN notices_notice n ON n.id = d.notice_id WHERE d.biller_id = %s ORDER BY d.id
"""


class Post:
    """The mail server of one seed, and the worker that carries letters to it.

    Its luck is its own: what else happens in a seed does not hang on it.
    """

    now: datetime

    def __init__(self, seed: int, *, biller_id: int) -> None:
        self.biller_id, self.random = biller_id, random.Random(f"post {seed}")
        self.taken: Counter[Letter] = Counter()
        # The process died after these were taken and before that was written down.
        self.unwritten: Counter[Letter] = Counter()
        self.just_taken: Letter | None = None
        # When each was taken for the first time.
        self.taken_at: dict[Letter, datetime] = {}
        # In a few seeds one address is gone for good: the first that is written to.
        self.gone: set[str] = set()
        self.has_gone_address = self.random.random() < 0.08
        self.is_away = False

    def take(self, message: EmailMessage) -> None:
        """Take a message, or not, as mail servers do."""
        [address] = message.to
        if self.has_gone_address and not self.gone:
            self.gone = {address}
        if self.is_away:
            raise ConnectionRefusedError
        if address in self.gone:
            raise smtplib.SMTPRecipientsRefused({address: (550, b"no such mailbox")})
        self.just_taken = message.extra_headers["Message-ID"].strip("<>").split("@")[0], address
        self.taken[self.just_taken] += 1
        self.taken_at.setdefault(self.just_taken, self.now)

    @property
    def again(self) -> int:
        """How many letters were taken that had been taken before."""
        return self.taken.total() - len(self.taken)

    # -- The worker's part ----------------------------------------------------------------------------------------

    def carry_some(self, now: datetime) -> None:
        """Carry some letters, in any order, some of them twice at once; the server may be away."""
        jobs = self._rows(WAITING)
        self.random.shuffle(jobs)
        self.is_away = self.random.random() < 0.1
        some = jobs[: self.random.randint(0, len(jobs))]
        self._carry([job for job in some for _ in range(1 + (self.random.random() < 0.1))], now)

    def carry_all(self, now: datetime) -> None:
        """Carry every letter that can be carried now, those too whose job was lost with its worker."""
        self._carry(self._rows(WAITING), now)
        if self._rows(DUE, now):
            redefer.run(actor=WORKER, now=now)
            self._carry(self._rows(WAITING), now)

    def _carry(self, jobs: Sequence[tuple[int, int]], now: datetime) -> None:
        if not jobs:
            return
        Backend.post, self.now = self, now
        with override_settings(EMAIL_BACKEND=f"{__name__}.Backend"):
            for _, delivery_id in jobs:
                self._deliver(delivery_id, now)
        self._rows(DONE, [job_id for job_id, _ in jobs])

    def _deliver(self, delivery_id: int, now: datetime) -> None:
        self.just_taken = None
        try:
            deliver.run(actor=WORKER, now=now, delivery_id=delivery_id)
        except BaseException:
            written = {(ref, to) for _, ref, to, status, _ in self._rows(OUTBOX) if status == "sent"}
            if self.just_taken is not None and self.just_taken not in written:
                self.unwritten[self.just_taken] += 1
            raise

    # -- What must hold -------------------------------------------------------------------------------------------

    def wrong_at_the_end(self) -> list[str]:
        """What is wrong with the outbox once all is quiet: each letter is sent, or failed for good; none twice."""
        rows = self._rows(OUTBOX)
        found = [
            f"{key} {ref} to {to} {what}"
            for key, ref, to, status, tries in rows
            if (what := self._wrong_with((ref, to), status, tries))
        ]
        strangers = self.taken.keys() - {(ref, to) for _, ref, to, *_ in rows}
        return found + [f"{ref} went to {to}, and is in no outbox" for ref, to in sorted(strangers)]

    def _wrong_with(self, letter: Letter, status: str, tries: int) -> str:
        times, excused = self.taken[letter], self.unwritten[letter]
        if status == "failed":
            may_fail = letter[1] in self.gone or tries >= TRIES
            return "" if may_fail and times <= excused else f"was given up after {tries} tries"
        if status != "sent":
            return f"is left {status}"
        return "" if 1 <= times <= 1 + excused else f"was taken {times} times, {excused} crashes in between"

    def _rows(self, statement: str, *values: object) -> list[Any]:
        return reading.read(statement, [self.biller_id, *values])


class Backend(BaseEmailBackend):
    """Django's way to the mail server of the present seed."""

    post: ClassVar[Post]

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand messages over."""
        for message in email_messages:
            self.post.take(message)
        return len(email_messages)
