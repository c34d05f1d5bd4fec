"""What sounds, as the mind plays it: generations, players, automation, listening."""
