"""A notice inside other pages: the script, the framed page, oEmbed, and what to copy."""
