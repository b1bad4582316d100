"""How messages leave: for `flows/notices/deliver` only."""
