"""Vector drawings of jewellery: a canvas, metals, gems, and the pieces made of them."""
