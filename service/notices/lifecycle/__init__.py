"""What befalls a notice after it was published: an appended row each time, and its public copies made anew."""
