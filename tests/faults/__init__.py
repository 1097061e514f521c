"""Faults, each caused on real processes, and a table of what came of them."""
