"""Every verb: what it accepts and what it refuses."""
