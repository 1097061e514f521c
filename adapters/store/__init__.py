"""The ledger: eventsourcing over SQLite; sealed text, clock and receipts beside the events."""
