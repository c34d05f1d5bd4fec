"""What a past performance looks like: played again on the stage page, or made into a film."""
