"""One line of history: Piccolo's migrations, with row-level security as raw steps. Additive first."""
