"""One look, in one round trip, at what the worker could find to do now: where there is nothing, nothing is begun."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from tests.simulation import reading

LOOK: Final = """
SELECT
  EXISTS (SELECT FROM procrastinate_jobs WHERE id > %(first_job)s AND task_name = ANY(%(tasks)s)),
  EXISTS (SELECT FROM payments_attempt WHERE biller_id = %(biller)s AND ended_at IS NULL
          AND next_check_at <= %(now)s AND call_deadline <= %(now)s),
  EXISTS (SELECT FROM refunds_refund WHERE biller_id = %(biller)s AND next_check_at <= %(now)s
          AND call_deadline <= %(now)s),
  EXISTS (SELECT FROM gateway_events_gatewayevent WHERE biller_id = %(biller)s AND applied_at IS NULL),
  EXISTS (SELECT FROM payments_payment WHERE biller_id = %(biller)s AND status = 'pending'
          AND paid_on <= %(today)s),
  EXISTS (SELECT FROM notices_delivery d WHERE d.biller_id = %(biller)s AND (
            EXISTS (SELECT FROM procrastinate_jobs j
                    WHERE j.task_name = 'deliver_notice' AND (j.args->>'delivery_id')::bigint = d.id)
            OR (d.status IN ('queued', 'retrying', 'sending') AND d.next_at <= %(now)s - interval '2 minutes')))
"""


@dataclass(frozen=True)
class Glance:
    """What there is to do: jobs, payments and refunds to ask about, events to apply, what to call paid, letters."""

    jobs: bool
    checks: bool
    refunds: bool
    events: bool
    matured: bool
    letters: bool


def look(*, biller_id: int, now: datetime, today: date, first_job: int, tasks: list[str]) -> Glance:
    """Look at one biller's work; `first_job`: the last job that was there before the biller."""
    values: dict[str, Any] = {
        "biller": biller_id, "now": now, "today": today, "first_job": first_job, "tasks": tasks,
    }  # fmt: skip
    return Glance(*reading.read(LOOK, values)[0])
