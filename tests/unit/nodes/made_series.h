/* made_series.h - small series and the text of tables, for the tests of tables and summaries. */
#ifndef SULCUS_MADE_SERIES_H
#define SULCUS_MADE_SERIES_H

#include "harness.h"

#include "base/file.h"
#include "img/series.h"

/* Columns "left" and "right" of x [n_row][2], one volume every 2 s. */
static inline const struct item *made_series(int n_row, const float *x)
{
	static const char *const column[] = { "left", "right" };
	struct out *o = h_out();
	struct series s = { .n_row = n_row, .n_col = 2, .tr_s = 2, .column = column, .x = x };

	CHECK_OK(series_write(out_blob(o, "series.npy"), out_blob(o, "series.json"), &s, check_arena()));
	return h_item(o, "series");
}

/* The same of volumes of a run of n_vol. */
static inline const struct item *made_censored(int n_row, const float *x, const int *volume, int n_vol)
{
	static const char *const column[] = { "left", "right" };
	struct out *o = h_out();
	struct series s = { .n_row = n_row, .n_col = 2, .tr_s = 2, .column = column, .x = x, .volume = volume, .n_vol = n_vol };

	CHECK_OK(series_write(out_blob(o, "series.npy"), out_blob(o, "series.json"), &s, check_arena()));
	return h_item(o, "series");
}

static inline const char *made_text(const struct out *o)
{
	char *text;
	size_t n;

	CHECK_OK(file_read(&text, &n, item_blob(h_item(o, "table"), "table.tsv"), 1 << 20, check_arena()));
	return text;
}

#endif
