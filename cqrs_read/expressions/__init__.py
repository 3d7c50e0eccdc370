"""Expressions: the columns of a declaration as Django's own expressions, taken apart before any query resolves them."""
