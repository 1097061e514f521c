"""The HTTP door, on a running platform."""
