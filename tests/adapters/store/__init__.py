"""Contracts of the ledger, the vault and what lies between events and bytes."""
