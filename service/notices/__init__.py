"""Notices: drafts, versions, and how a version reads. The exemplary room: copy this one when you add another."""
