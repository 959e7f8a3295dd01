{{ raking_errors(ref('int_cells_trimmed')) }}
