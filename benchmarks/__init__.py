"""What blogstack costs, against yardsticks of the same run: `make bench`."""
