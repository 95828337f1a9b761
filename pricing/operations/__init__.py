"""What changes prices: one module for each verb."""
