"""The closed union of what the concierge can say. Screens render it with one `match`."""
