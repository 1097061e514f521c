"""A week of a platform's life in minutes, against a model in plain Python."""
