"""The web console over a real platform, through its own HTTP application."""
