"""Compute: the SELECT that says what a read model's rows must be, and what it reads."""
