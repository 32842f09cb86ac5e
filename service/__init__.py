"""What is asked: one room per feature, one file per act. docs/architecture.md shows the way around."""
