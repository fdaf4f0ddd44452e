"""From children's words to themes under their rights: ``analyse`` is the one way in."""
