"""What happened: said once, beside the change itself, and read by audit, webhooks and proofs."""
