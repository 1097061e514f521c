"""Every duty and every convention: when it starts, when it is due, what meets it."""
