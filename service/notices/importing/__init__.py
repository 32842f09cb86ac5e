"""From a document in whatever state to a structured notice, without dropping a word."""
