"""Every port: the in-memory twin and the real adapter pass the same contract."""
