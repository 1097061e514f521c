"""Specifications of the read models on disk."""
