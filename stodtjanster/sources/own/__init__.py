"""What the person has put in themself: times of their own, goals, questions and notes."""
