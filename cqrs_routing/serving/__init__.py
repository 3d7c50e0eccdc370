"""Serving: one routed request: the decision, the candidate in place of the legacy view, what is told of it."""
