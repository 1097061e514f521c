"""The law as data and arithmetic: packs of rules, and the calendar that turns them into dates."""
