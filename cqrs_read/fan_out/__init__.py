"""Fan-out: from a row that changed, anywhere, to the keys of the source rows that follow from it."""
