"""AWS's facts."""
