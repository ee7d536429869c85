"""Makes the tables of AWS facts that the compiler carries."""
