"""Files in and out: catalogues and orders of other systems."""
