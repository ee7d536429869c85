"""What is done with a running environment: logs, one-off tasks, the way back, removal."""
