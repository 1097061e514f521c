"""What people take along says what the platform says."""
