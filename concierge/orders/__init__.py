"""Orders: where they are, who may see them, what changed."""
