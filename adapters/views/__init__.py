"""Read models on disk: rows and position committed together, built anew beside the old."""
