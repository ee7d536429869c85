"""Facts about AWS and the tools around it: tables and small calculations, each with the address of its source."""
