"""Phrases in which claims are made, as data per language, and what finds them in a text."""
