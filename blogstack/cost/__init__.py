"""Templates -> what they cost a month, from a dated table of AWS's list prices."""
