"""Who wants to hear about an order, and where."""
