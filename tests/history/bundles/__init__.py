"""Audit bundles as they were released: each must verify for ever."""
