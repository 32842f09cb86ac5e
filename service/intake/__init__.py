"""The one door for data-subject requests (GDPR Art. 15-22): received, routed to the right controller, sealed, acknowledged."""
