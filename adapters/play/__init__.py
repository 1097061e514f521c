"""Playing scenarios: the real platform under a scenario's own clock."""
