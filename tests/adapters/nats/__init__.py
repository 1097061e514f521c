"""NATS, tried against the real nats-server: tenancy, crashes, fences."""
