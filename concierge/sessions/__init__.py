"""Widget sessions: a customer's conversation, what it knows, and the marks the funnel counts."""
