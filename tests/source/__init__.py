"""From bytes to a document for each environment."""
