"""The stand: an embedded PostgreSQL, the demo's processes, the tests' server and the tests' browser.

It uses the standard library and psycopg alone, and imports nothing of the product: it starts it.
"""
