"""What the migration adds to the shop: its read models, beside code that nobody here wrote."""
