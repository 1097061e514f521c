"""The console in a real Chromium: each role's main path, and what holds on every page."""
