"""HTTP: the API, the feeds without NATS, and the console, over the same requests as NATS."""
