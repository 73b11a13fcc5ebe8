"""Aurora Concierge: a concierge-and-support desk for a jewellery shop."""

__version__ = "0.1.0"
