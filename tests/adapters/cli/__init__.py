"""The command line: what people type, and what they and their machines read."""
