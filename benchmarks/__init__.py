"""The speed figures, each with the floor that it is measured against: `make bench`."""
