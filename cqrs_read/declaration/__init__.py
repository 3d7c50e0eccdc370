"""Declaration: what a team writes down of a read model, and what can be said of it before any query is made."""
