"""Evidence: what makes the ledger checkable by those who do not trust the one that keeps it."""
