"""From a fresh checkout to a serving installation, and back down cleanly. `manage.py prepare` and `serve` use it."""
