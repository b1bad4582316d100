"""A gateway to practice on: its own process, store, clock and books; nothing shared with counterfoil."""
