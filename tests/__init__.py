"""Specifications: what Varsel promises, sentence by sentence."""
