"""The pieces of the shop: what there is, what it costs, what is ready to ship."""
