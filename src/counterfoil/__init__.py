"""Counterfoil: electronic bill presentment and payment."""
