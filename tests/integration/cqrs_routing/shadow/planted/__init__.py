"""Planted bugs: candidates of the sample that are wrong in one way each, and what they are asked."""
