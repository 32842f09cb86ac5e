"""The languages of a notice in step: what drifted apart, and what changed since it was translated."""
