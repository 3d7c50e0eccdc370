"""An app of the tests: a request that causes commands, events and tasks, which cause others."""
