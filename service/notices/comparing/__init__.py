"""What changed: between two versions, from a version to the draft, and in one section over time."""
