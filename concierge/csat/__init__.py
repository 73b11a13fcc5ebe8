"""How satisfied customers are: with the concierge, and, apart from it, with the agents."""
