"""One reader for each format: what a document holds, in order, before anybody asks what it means."""
