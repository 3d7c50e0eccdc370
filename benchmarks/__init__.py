"""What the toolkit costs and gains, measured side by side with what a team would have without it."""
