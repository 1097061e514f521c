"""Scenarios: checked whole before they play, then played by the real platform."""
