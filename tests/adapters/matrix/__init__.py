"""Role x tenant x operation: who asks, what is asked, and what is to come of it."""
