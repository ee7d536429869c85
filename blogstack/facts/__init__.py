"""What AWS and the tools around it say: tables and small calculations, each with its source."""
