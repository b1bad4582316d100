"""`python -m bench.inside JOB ARGUMENTS`: what needs Django, in a process of its own; answers one line of JSON."""

from __future__ import annotations

import importlib
import json
import sys

import django

django.setup()
job = importlib.import_module(f"bench.inside.{sys.argv[1]}")
print(json.dumps(job.run(**json.loads(sys.argv[2]))))
