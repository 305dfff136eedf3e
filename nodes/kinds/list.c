/* A kind without a row, or without a function in its row, uses the kind it is a special case of; after that, bytes. */
#include "kinds/kinds.h"

const struct kind_calls kind_calls[] = {
	{ "image", kind_image_peek, kind_image_show, kind_image_diff, kind_image_write },
	{ "mask", .diff = kind_mask_diff },
	{ "labels", .show = kind_labels_show, .diff = kind_mask_diff },
	{ "maps", .show = kind_maps_show },
	{ "series", kind_series_peek, kind_series_show, kind_series_diff, kind_series_write },
	{ "table", kind_table_peek, kind_table_show, kind_table_diff, kind_table_write },
	{ "design", .peek = kind_design_peek, .show = kind_design_show },
	{ "matrix", kind_matrix_peek, kind_matrix_show, kind_matrix_diff, kind_matrix_write },
	{ "coords", kind_coords_peek, kind_coords_show, kind_coords_diff, kind_coords_write },
	{ "record", .show = kind_record_show, .diff = kind_record_diff },
	{ "glm", kind_glm_peek, kind_glm_show, kind_glm_diff, NULL },
	{ NULL },
};
