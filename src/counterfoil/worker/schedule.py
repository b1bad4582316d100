"""What runs by the clock: a table. Ticks are in UTC; flows ask each biller whether its hour has come."""

from __future__ import annotations

from typing import Final

EVERY_MINUTE: Final = "* * * * *"
EVERY_QUARTER_HOUR: Final = "*/15 * * * *"
EVERY_HOUR: Final = "7 * * * *"
# Night from coast to coast of the United States, and after the banks' last hour.
EVERY_NIGHT: Final = "23 8 * * *"

# task name -> cron expression
SCHEDULE: Final = {
    "resolve_unknown": EVERY_MINUTE,
    "resolve_refunds": EVERY_MINUTE,
    "seal_audit": EVERY_MINUTE,
    "sweep": EVERY_MINUTE,
    "redefer": EVERY_MINUTE,
    "settle_matured": EVERY_QUARTER_HOUR,
    "catch_up": EVERY_HOUR,
    "run_scheduled": EVERY_QUARTER_HOUR,
    "plan_autopay": EVERY_HOUR,
    "plan_collections": EVERY_HOUR,
    "tell_sharing": EVERY_QUARTER_HOUR,
    "remind": EVERY_HOUR,
    "follow_validation": EVERY_HOUR,
    "forget_tokens": EVERY_QUARTER_HOUR,
    "warn_expiring": EVERY_HOUR,
    "prove": EVERY_NIGHT,
    "delete_old_jobs": EVERY_NIGHT,
}
