"""How agents learn: learners explore a unit cube under a listener's feedback, without audio or clock."""
