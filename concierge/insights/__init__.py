"""The read side: what conversations, orders and ratings add up to, each number with its terms."""
