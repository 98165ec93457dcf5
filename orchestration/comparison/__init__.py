"""What a candidate policy would change: who gains, who loses and by which rules, before anybody approves it."""
