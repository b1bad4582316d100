"""The least an import can be: the file through csv and COPY, then one INSERT a table; nothing is judged."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.ground import Ground
from bench.inside import file

STATEMENTS = (
    """CREATE TABLE floor_staging (
         account text, number text, issued_on date, due_on date, description text, amount text)""",
    """CREATE TABLE floor_numbers AS
       SELECT number, min(issued_on) AS issued_on, min(due_on) AS due_on,
              sum((amount::numeric * 100)::bigint)::bigint AS total,
              (SELECT max(id) FROM invoices_invoice) + row_number() OVER (ORDER BY number) AS id,
              1 + (row_number() OVER (ORDER BY number)) % 1000 AS payer
       FROM floor_staging GROUP BY number""",
    "ANALYZE floor_numbers",
    """INSERT INTO invoices_invoice (id, public_id, biller_id, account_id, payer_id, number, status, issued_on, due_on,
         currency, total_minor, open_minor, pending_minor, is_disputed, memo, created_at)
       SELECT n.id, 'inv_' || substr(md5(number), 1, 20), b.id, n.payer, n.payer, number, 'open', issued_on, due_on,
         'USD', total, total, 0, false, '', now() FROM floor_numbers n, billers_biller b""",
    """INSERT INTO invoices_invoiceline (biller_id, invoice_id, position, description, amount_minor)
       SELECT b.id, n.id, row_number() OVER (PARTITION BY n.id), s.description, (s.amount::numeric * 100)::bigint
       FROM floor_staging s JOIN floor_numbers n USING (number), billers_biller b""",
    """INSERT INTO ledger_entry (biller_id, kind, source_ref, posted_at, posted_on, effective_on)
       SELECT b.id, 'invoice.issued', 'inv:' || n.id, now(), current_date, issued_on
       FROM floor_numbers n, billers_biller b""",
    "ANALYZE ledger_entry",  # else the join below is planned as if the table were empty, and never ends
    """INSERT INTO ledger_line
         (entry_id, biller_id, account, amount_minor, currency, billing_account_id, payer_id, invoice_id)
       SELECT e.id, e.biller_id, l.account, l.amount, 'USD', n.payer, n.payer, l.invoice
       FROM floor_numbers n JOIN ledger_entry e ON e.source_ref = 'inv:' || n.id AND e.kind = 'invoice.issued',
            LATERAL (VALUES ('receivable', n.total, n.id), ('revenue', -n.total, NULL)) l (account, amount, invoice)""",
)


def per_second(ground: Ground, database: str, *, invoices: int) -> float:
    """Return invoices a second, file to commit; `database` is used up."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invoices.csv"
        file.write(path, invoices=invoices)
        with ground.owner(database) as connection:
            began = time.perf_counter()
            with connection.transaction():
                connection.execute(STATEMENTS[0])
                _copy(connection, path)
                connection.execute("ANALYZE floor_staging")
                for statement in STATEMENTS[1:]:
                    connection.execute(statement)
            return invoices / (time.perf_counter() - began)


def _copy(connection: psycopg.Connection[Any], path: Path) -> None:
    with (
        path.open(newline="", encoding="utf-8") as lines,
        connection.cursor() as cursor,
        cursor.copy("COPY floor_staging FROM STDIN") as copy,
    ):
        rows = csv.reader(lines)
        next(rows)
        for row in rows:
            copy.write_row(row[:6])
