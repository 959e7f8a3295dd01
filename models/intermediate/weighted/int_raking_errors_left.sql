{{ raking_errors(ref('int_cells_raked_once')) }}
