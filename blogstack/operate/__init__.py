"""What people do with a running environment: logs, one-off tasks, rollback, removal."""
