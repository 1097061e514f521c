"""What happened, what may happen next, what the law makes of it: no I/O, no clock, no threads."""
