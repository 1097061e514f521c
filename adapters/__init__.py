"""The outside: ledger, NATS, HTTP, command line, and the one place that wires them."""
