"""A Django app for the property test only: models with every kind of relation that a declaration may follow."""
