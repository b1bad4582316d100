"""An import, file to commit, for a biller of its own; the second run of the job is for another one."""

from __future__ import annotations

import resource
import secrets
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from bench.inside import biller, file, verify
from counterfoil.core import clock
from counterfoil.core.actor import OPERATOR
from counterfoil.flows.imports import check, commit, stage
from counterfoil.imports import mapping
from counterfoil.invoices.models import Invoice


def run(invoices: int) -> dict[str, object]:
    """Return the seconds of each step, and by how many megabytes the process grew."""
    key = f"import-{secrets.token_hex(4)}"
    biller_id = biller.run(key=key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invoices.csv"
        file.write(path, invoices=invoices)
        before = _megabytes()
        times = [time.perf_counter()]
        upload = stage.Upload(path.name, path.stat().st_size, _pieces(path))
        order = stage.Order(key, mapping.OWN, None)
        ref = stage.run(actor=OPERATOR, now=clock.now(), upload=upload, order=order)
        times.append(time.perf_counter())
        check.run(actor=OPERATOR, now=clock.now(), import_id=ref)
        times.append(time.perf_counter())
        commit.run(actor=OPERATOR, now=clock.now(), import_id=ref)
        times.append(time.perf_counter())
    if Invoice.objects.filter(biller_id=biller_id).count() != invoices:
        raise RuntimeError("not every invoice came in")
    steps = [after - start for start, after in pairwise(times)]
    return {"steps": steps, "grown_mb": _megabytes() - before, "findings": verify.run()}


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1_048_576):
            yield piece


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
