"""Who the shop knows, and how well."""
