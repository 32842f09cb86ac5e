"""A notice handed out: as JSON, as Markdown with front matter, as TILT, as a page, as a PDF."""
