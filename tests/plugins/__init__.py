"""What the test run does before and around the tests."""
