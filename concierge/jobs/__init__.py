"""What runs by itself: when. What it does is bootstrap's to say."""
