"""NATS: accounts and keys, the embedded server, the FEED stream, and its clients."""
