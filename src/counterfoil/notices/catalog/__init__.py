"""Every notice there is: one module each, found by `notices/registry.py`."""
