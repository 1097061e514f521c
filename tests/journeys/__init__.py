"""Journeys: real processes, real ledger, real NATS."""
