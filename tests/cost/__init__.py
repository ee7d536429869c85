"""What stacks cost a month."""
