"""What the house costs, as ratios to floors measured side by side in the same run."""
