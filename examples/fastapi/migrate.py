from main import connect

with connect() as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS products (name text PRIMARY KEY)")
print("the database is up to date")
