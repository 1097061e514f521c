"""Reading: one file, one question, answered from the ledger's events."""
