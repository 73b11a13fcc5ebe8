"""The pieces a customer wants to remember."""
