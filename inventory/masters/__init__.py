"""Master data from sheets: places, products and owners, tried row by row before anything is written."""
