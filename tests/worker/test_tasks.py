"""The worker does exactly the jobs that can be queued."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import async_to_sync
from django.db import connection, connections
from procrastinate.contrib.django import app

from counterfoil.core import jobs
from counterfoil.worker import schedule, tasks


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


def _delete_old_jobs() -> None:
    async_to_sync(tasks.delete_old_jobs.func)(None, timestamp=0)
    connections.close_all()


def test_jobs_that_failed_are_kept_for_thirty_days(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        for days, status in ((31, "failed"), (29, "failed"), (31, "todo")):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'sweep', %s)"
                " RETURNING id",
                [status],
            )
            (job_id,) = cursor.fetchone()
            cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s", [job_id])
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at)"
                " VALUES (%s, 'deferred', now() - make_interval(days => %s))",
                [job_id, days],
            )

    # In a thread of its own, as the worker's loop is: tests in a browser have a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_delete_old_jobs).result()

    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'sweep' ORDER BY id")
        assert [status for (status,) in cursor.fetchall()] == ["failed", "todo"]
