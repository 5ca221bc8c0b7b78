"""Where records come from: reading tables, checking them, and making synthetic ones."""
