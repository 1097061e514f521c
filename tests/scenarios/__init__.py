"""Whole scenarios on the real platform, and what comes of them."""
