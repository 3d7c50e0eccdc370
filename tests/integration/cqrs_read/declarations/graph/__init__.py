"""An app for these tests alone, which is not installed: models of every relation, and read models over them."""
