"""The ledger: eventsourcing over SQLite, with sealed text, a clock and receipts beside the events."""
