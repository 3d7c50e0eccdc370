"""What a team would take instead: other packages, in processes and a virtual environment of their own."""
