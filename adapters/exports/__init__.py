"""What people take along into tools of their own: calendars and tables. Rows in, bytes out."""
