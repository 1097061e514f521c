"""The read models on disk: rows and position committed together."""
