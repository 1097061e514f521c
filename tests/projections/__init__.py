"""Every question: the rows, also delivered twice and replayed from zero."""
