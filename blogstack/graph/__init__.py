"""Blueprint -> a picture of what will be built, from the internet down to the database."""
