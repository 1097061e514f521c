"""Webhooks: a party's feed, sent to its own HTTP endpoints after the Standard Webhooks."""
