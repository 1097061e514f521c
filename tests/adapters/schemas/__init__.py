"""What is published for machines holds for what really travels."""
