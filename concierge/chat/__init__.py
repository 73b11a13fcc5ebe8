"""A turn in, replies out."""
