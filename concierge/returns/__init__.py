"""Pieces that come back: may they, under which number, with which slip."""
