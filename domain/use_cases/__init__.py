"""What each verb does: command and work in, events added to the work."""
