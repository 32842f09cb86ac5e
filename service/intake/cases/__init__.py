"""A request as a case: who may do what with it and when, what each move does to the clock, and who hears of it."""
