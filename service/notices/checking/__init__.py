"""What the law, custom and hygiene still want of a notice (GDPR Art. 12-14, 26; Directive 2002/58/EC Art. 5(3))."""
