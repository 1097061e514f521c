"""Stores as earlier versions wrote them: each is brought up and read back, event for event."""
