"""What the world sees: published notices, served from public copies that outlive the database's absence."""
