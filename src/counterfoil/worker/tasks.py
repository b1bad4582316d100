"""One task, one flow. A task reads the clock; everything else is the flow's business.

Jobs are delivered at least once: every flow here can be run again without harm.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

from counterfoil.core import clock, jobs
from counterfoil.core.actor import GATEWAY, WORKER
from counterfoil.flows.audit import seal
from counterfoil.flows.books import catch_up as books, prove as proofs
from counterfoil.flows.gateway_events import apply, redefer
from counterfoil.flows.methods import (
    forget as forget_flow,
    validate as validate_flow,
    warn_expiring as warn_flow,
)
from counterfoil.flows.notices import deliver, redefer as redefer_notices, remind as reminders
from counterfoil.flows.payments import (
    call_gateway as call,
    resolve_unknown as resolve,
    settle_matured as settle,
)
from counterfoil.flows.refunds import resolve as refunds
from counterfoil.flows.schedules import plan_autopay as planner, plan_collections as collections, run_due
from counterfoil.flows.sharing import end_lapsed, tell_unpaid
from counterfoil.worker.schedule import SCHEDULE

SEAL_BATCH: Final = 2_000
STALLED_SECONDS: Final = 60
# A job that failed for good is kept this long for whoever looks into it; one that succeeded is deleted at once.
KEPT_HOURS: Final = 30 * 24
FEW: Final = RetryStrategy(max_attempts=5, exponential_wait=5)


@app.task(name="call_gateway", queue=jobs.NAMES["call_gateway"], retry=FEW)
def call_gateway(payment_id: int) -> None:
    """Send a payment that was born without its call."""
    call.run(actor=GATEWAY, now=clock.now(), payment_id=payment_id)


@app.task(name="apply_gateway_event", queue=jobs.NAMES["apply_gateway_event"], retry=FEW)
def apply_gateway_event(event_id: int) -> None:
    """Ask the gateway about what its event hints at."""
    apply.run(actor=GATEWAY, now=clock.now(), event_id=event_id)


@app.task(name="deliver_notice", queue=jobs.NAMES["deliver_notice"], retry=FEW)
def deliver_notice(delivery_id: int) -> None:
    """Send one notice."""
    deliver.run(actor=WORKER, now=clock.now(), delivery_id=delivery_id)


@app.periodic(cron=SCHEDULE["resolve_unknown"])
@app.task(name="resolve_unknown", queue=jobs.NAMES["resolve_unknown"], queueing_lock="resolve_unknown")
def resolve_unknown(timestamp: int) -> None:  # noqa: ARG001 - the tick; flows are told the installation's time
    """Ask what became of payments nobody knows about."""
    resolve.run(actor=GATEWAY, now=clock.now())


@app.periodic(cron=SCHEDULE["resolve_refunds"])
@app.task(name="resolve_refunds", queue=jobs.NAMES["resolve_refunds"], queueing_lock="resolve_refunds")
def resolve_refunds(timestamp: int) -> None:  # noqa: ARG001
    """Ask what became of refunds that are on their way, or nobody knows about."""
    refunds.run(actor=GATEWAY, now=clock.now())


@app.periodic(cron=SCHEDULE["settle_matured"])
@app.task(name="settle_matured", queue=jobs.NAMES["settle_matured"], queueing_lock="settle_matured")
def settle_matured(timestamp: int) -> None:  # noqa: ARG001
    """Call bank debits Paid whose time for returns has passed."""
    settle.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["follow_validation"])
@app.task(name="follow_validation", queue=jobs.NAMES["follow_validation"], queueing_lock="follow_validation")
def follow_validation(timestamp: int) -> None:  # noqa: ARG001
    """Send, remind of or cancel payments whose bank account is still to be confirmed."""
    validate_flow.follow(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["catch_up"])
@app.task(name="catch_up", queue=jobs.NAMES["catch_up"], queueing_lock="catch_up")
def catch_up(timestamp: int) -> None:  # noqa: ARG001
    """Compare the books with the gateways', and ask about what differs."""
    books.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["remind"])
@app.task(name="remind", queue=jobs.NAMES["remind"], queueing_lock="remind")
def remind(timestamp: int) -> None:  # noqa: ARG001
    """Remind payers of what is due soon or past due, where it is day."""
    reminders.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["tell_sharing"])
@app.task(name="tell_sharing", queue=jobs.NAMES["tell_sharing"], queueing_lock="tell_sharing")
def tell_sharing(timestamp: int) -> None:  # noqa: ARG001
    """Tell who shares a bill that somebody has not paid, and end helpers' accesses whose day is over."""
    now = clock.now()
    tell_unpaid.run(actor=WORKER, now=now)
    end_lapsed.run(actor=WORKER, now=now)


@app.periodic(cron=SCHEDULE["run_scheduled"])
@app.task(name="run_scheduled", queue=jobs.NAMES["run_scheduled"], queueing_lock="run_scheduled")
def run_scheduled(timestamp: int) -> None:  # noqa: ARG001
    """Take the payments whose day has come."""
    run_due.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["plan_autopay"])
@app.task(name="plan_autopay", queue=jobs.NAMES["plan_autopay"], queueing_lock="plan_autopay")
def plan_autopay(timestamp: int) -> None:  # noqa: ARG001
    """Plan what autopay is to pay, and tell of it."""
    planner.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["plan_collections"])
@app.task(name="plan_collections", queue=jobs.NAMES["plan_collections"], queueing_lock="plan_collections")
def plan_collections(timestamp: int) -> None:  # noqa: ARG001
    """Set what billers collect next by standing permissions, and tell of it."""
    collections.run(actor=WORKER, now=clock.now())


@app.task(name="plan_autopay_of", queue=jobs.NAMES["plan_autopay_of"], retry=FEW)
def plan_autopay_of(biller_id: int) -> None:
    """Plan autopay for the bills a biller has just issued."""
    planner.run(actor=WORKER, now=clock.now(), biller_id=biller_id)


@app.periodic(cron=SCHEDULE["seal_audit"])
@app.task(name="seal_audit", queue=jobs.NAMES["seal_audit"], queueing_lock="seal_audit")
def seal_audit(timestamp: int) -> None:  # noqa: ARG001
    """Seal what the audit log recorded since the last minute."""
    while seal.run(actor=WORKER, now=clock.now()) == SEAL_BATCH:
        continue


@app.periodic(cron=SCHEDULE["sweep"])
@app.task(name="sweep", queue=jobs.NAMES["sweep"], queueing_lock="sweep", pass_context=True)
async def sweep_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Give jobs whose worker died to another one."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(job)


@app.periodic(cron=SCHEDULE["redefer"])
@app.task(name="redefer", queue=jobs.NAMES["redefer"], queueing_lock="redefer")
def redefer_lost(timestamp: int) -> None:  # noqa: ARG001
    """Queue again what has waited longer than a job takes: the rows are the truth, jobs can be lost."""
    now = clock.now()
    redefer.run(actor=WORKER, now=now, older_than=timedelta(minutes=2))
    redefer_notices.run(actor=WORKER, now=now)


@app.periodic(cron=SCHEDULE["forget_tokens"])
@app.task(name="forget_tokens", queue=jobs.NAMES["forget_tokens"], queueing_lock="forget_tokens")
def forget_tokens(timestamp: int) -> None:  # noqa: ARG001
    """Have gateways forget replaced numbers, deleted methods, and those for one time that are done with."""
    forget_flow.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["warn_expiring"])
@app.task(name="warn_expiring", queue=jobs.NAMES["warn_expiring"], queueing_lock="warn_expiring")
def warn_expiring(timestamp: int) -> None:  # noqa: ARG001
    """Tell payers whose cards expire soon."""
    warn_flow.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["prove"])
@app.task(name="prove", queue=jobs.NAMES["prove"], queueing_lock="prove")
def prove(timestamp: int) -> None:  # noqa: ARG001
    """Prove the books and the audit log; what does not hold is an error in the log."""
    proofs.run(actor=WORKER, now=clock.now())


@app.periodic(cron=SCHEDULE["delete_old_jobs"])
@app.task(
    name="delete_old_jobs",
    queue=jobs.NAMES["delete_old_jobs"],
    queueing_lock="delete_old_jobs",
    pass_context=True,
)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Delete jobs that failed, were canceled or aborted a month ago."""
    await app.job_manager.delete_old_jobs(
        nb_hours=KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
