"""The worker does exactly the jobs that can be queued."""

from __future__ import annotations

from procrastinate.contrib.django import app

from counterfoil.core import jobs
from counterfoil.worker import schedule, tasks  # noqa: F401 - importing registers the tasks


def ours() -> set[str]:
    return {name for name in app.tasks if not name.startswith(("procrastinate.", "builtin:"))}


def test_every_name_has_its_task_and_no_task_is_unknown() -> None:
    assert ours() == set(jobs.NAMES)


def test_every_task_is_on_its_queue() -> None:
    assert {name: app.tasks[name].queue for name in ours()} == jobs.NAMES


def test_what_runs_by_the_clock_is_what_the_table_says() -> None:
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert {name: cron for name, cron in periodic.items() if name in jobs.NAMES} == schedule.SCHEDULE


def test_what_runs_by_the_clock_waits_once_at_most() -> None:
    assert all(app.tasks[name].queueing_lock == name for name in schedule.SCHEDULE)
