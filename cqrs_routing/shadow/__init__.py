"""Shadow reads: what legacy has answered is compared, elsewhere and later, with what the candidate would have."""
