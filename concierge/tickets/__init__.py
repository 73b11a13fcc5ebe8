"""What the concierge hands to people: the ticket, its queue, its clock and its replies."""
