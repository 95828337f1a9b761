"""Master data from sheets: places, products, owners and reasons, tried row by row before anything is written."""
