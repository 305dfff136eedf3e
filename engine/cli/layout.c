#include "cli/layout.h"

#include <stdlib.h>

#include "base/arena.h"
#include "cli/columns.h"
#include "cli/graph.h"

/* px; letters are about 6.6 px wide in boxes and 5 px at arrows */
static const double letter_w = 6.6, label_w = 5, line_h = 15, pad = 10, gap_y = 18, margin = 20, pass_h = 8;
static const double least_gap = 70, curve_w = 40;

enum { SWEEPS = 24 };

struct making {
	struct arena *arena;
	const struct graph *graph;
	struct layout *out;
	int n_link;                 /* between neighbouring columns */
	struct link { int from, to; } *link;
};

static int longer(int a, int b)
{
	return a > b ? a : b;
}

/* Columns: one more than the farthest of what a box needs; then boxes that need nothing move up to their readers. */
static void set_columns(struct making *m)
{
	const struct graph *g = m->graph;
	struct spot *spot = m->out->spot;

	for (int to = 0; to < g->n_box; to++)
		for (int k = 0; k < g->n_arrow; k++)
			if (g->arrow[k].to == to)
				spot[to].column = longer(spot[to].column, spot[g->arrow[k].from].column + 1);
	for (int i = g->n_box - 1; i >= 0; i--) {
		int nearest = -1, needs = 0;

		for (int k = 0; k < g->n_arrow; k++) {
			if (g->arrow[k].from == i && (nearest < 0 || spot[g->arrow[k].to].column < nearest))
				nearest = spot[g->arrow[k].to].column;
			needs |= g->arrow[k].to == i;
		}
		if (!needs && nearest > 0)
			spot[i].column = nearest - 1;
	}
	for (int i = 0; i < g->n_box; i++)
		m->out->n_column = longer(m->out->n_column, spot[i].column + 1);
}

static void set_sizes(struct making *m)
{
	for (int i = 0; i < m->graph->n_box; i++) {
		const struct box *b = &m->graph->box[i];
		int wide = longer(text_width(b->name) + 1, longer(text_width(b->detail), text_width(b->axes)));
		int lines = 1 + (*b->detail != 0) + (*b->axes != 0);

		m->out->spot[i].box = i;
		m->out->spot[i].w = wide * letter_w + 2 * pad;
		m->out->spot[i].h = lines * line_h + pad;
	}
}

static void link_to(struct making *m, int from, int to)
{
	PUSH(m->arena, m->link, m->n_link, ((struct link){ from, to }));
}

/* A spot in every column that an arrow passes, so that all links join neighbouring columns. */
static void add_passes(struct making *m)
{
	struct layout *l = m->out;

	l->path = NEW_N(m->arena, struct path, m->graph->n_arrow);
	for (int k = 0; k < m->graph->n_arrow; k++) {
		int from = m->graph->arrow[k].from, to = m->graph->arrow[k].to, at = from, n = 0;
		int *through = NULL;

		PUSH(m->arena, through, n, from);
		for (int c = l->spot[from].column + 1; c < l->spot[to].column; c++) {
			PUSH(m->arena, l->spot, l->n_spot, ((struct spot){ .box = -1, .column = c, .h = pass_h }));
			link_to(m, at, l->n_spot - 1);
			at = l->n_spot - 1;
			PUSH(m->arena, through, n, at);
		}
		link_to(m, at, to);
		PUSH(m->arena, through, n, to);
		l->path[k] = (struct path){ .n = n, .spot = through };
	}
}

static void fill_columns(struct making *m)
{
	struct layout *l = m->out;

	l->n_row = NEW_N(m->arena, int, l->n_column);
	l->column = NEW_N(m->arena, int *, l->n_column);
	for (int i = 0; i < l->n_spot; i++) {
		int c = l->spot[i].column;

		l->spot[i].row = l->n_row[c];
		PUSH(m->arena, l->column[c], l->n_row[c], i);
	}
}

/* The mean of a value over a spot's neighbours on one side; itself when it has none there. */
static void means(const struct making *m, const double *value, double *mean, int *count, int forward)
{
	for (int i = 0; i < m->out->n_spot; i++)
		mean[i] = count[i] = 0;
	for (int k = 0; k < m->n_link; k++) {
		int here = forward ? m->link[k].to : m->link[k].from, there = forward ? m->link[k].from : m->link[k].to;

		mean[here] += value[there];
		count[here]++;
	}
	for (int i = 0; i < m->out->n_spot; i++)
		mean[i] = count[i] ? mean[i] / count[i] : value[i];
}

/* Insertion sort: stable, and columns are short. */
static void sort_column(int *spot, int n, const double *by)
{
	for (int i = 1; i < n; i++) {
		int one = spot[i], k = i;

		for (; k > 0 && by[spot[k - 1]] > by[one]; k--)
			spot[k] = spot[k - 1];
		spot[k] = one;
	}
}

static void sweep(struct making *m, double *row, double *mean, int *count, int forward)
{
	struct layout *l = m->out;

	for (int s = 0; s < l->n_column; s++) {
		int c = forward ? s : l->n_column - 1 - s;

		means(m, row, mean, count, forward);
		sort_column(l->column[c], l->n_row[c], mean);
		for (int r = 0; r < l->n_row[c]; r++)
			row[l->column[c][r]] = r - 0.5 * l->n_row[c];
	}
}

static void order_rows(struct making *m)
{
	struct layout *l = m->out;
	double *row = NEW_N(m->arena, double, l->n_spot), *mean = NEW_N(m->arena, double, l->n_spot);
	int *count = NEW_N(m->arena, int, l->n_spot);

	for (int i = 0; i < l->n_spot; i++)
		row[i] = l->spot[i].row - 0.5 * l->n_row[l->spot[i].column];
	for (int s = 0; s < SWEEPS; s++)
		sweep(m, row, mean, count, s % 2 == 0);
	for (int c = 0; c < l->n_column; c++)
		for (int r = 0; r < l->n_row[c]; r++)
			l->spot[l->column[c][r]].row = r;
}

/* Before each column there is room for the labels of the arrows that come into it. */
static double *gaps_before(struct making *m)
{
	const struct graph *g = m->graph;
	double *gap = NEW_N(m->arena, double, m->out->n_column);

	for (int c = 0; c < m->out->n_column; c++)
		gap[c] = c ? least_gap : margin;
	for (int k = 0; k < g->n_arrow; k++) {
		int c = m->out->spot[g->arrow[k].to].column;
		double room = text_width(g->arrow[k].label) * label_w + curve_w;

		if (room > gap[c])
			gap[c] = room;
	}
	return gap;
}

static void set_x(struct making *m)
{
	struct layout *l = m->out;
	double x = 0, *gap = gaps_before(m);

	for (int c = 0; c < l->n_column; c++) {
		double wide = 0;

		for (int r = 0; r < l->n_row[c]; r++)
			if (l->spot[l->column[c][r]].w > wide)
				wide = l->spot[l->column[c][r]].w;
		x += gap[c];
		for (int r = 0; r < l->n_row[c]; r++)
			l->spot[l->column[c][r]].x = x + wide / 2;
		x += wide;
	}
	l->w = x + margin;
}

static double apart(const struct spot *a, const struct spot *b)
{
	return (a->h + b->h) / 2 + gap_y;
}

/* Each wants to be at `want`; the mean of pushing down from the top and up from the bottom keeps all apart. */
static void place_column(struct layout *l, int c, const double *want, double *low)
{
	const int *col = l->column[c];
	int n = l->n_row[c];
	double high = 0;

	for (int r = 0; r < n; r++) {
		double y = want[col[r]];

		low[r] = r > 0 && y < low[r - 1] + apart(&l->spot[col[r - 1]], &l->spot[col[r]])
		         ? low[r - 1] + apart(&l->spot[col[r - 1]], &l->spot[col[r]]) : y;
	}
	for (int r = n - 1; r >= 0; r--) {
		double y = want[col[r]];

		if (r < n - 1 && y > high - apart(&l->spot[col[r]], &l->spot[col[r + 1]]))
			y = high - apart(&l->spot[col[r]], &l->spot[col[r + 1]]);
		high = y;
		l->spot[col[r]].y = (y + low[r]) / 2;
	}
}

static void shift_down(struct layout *l)
{
	double top = 1e30, bottom = -1e30;

	for (int i = 0; i < l->n_spot; i++) {
		const struct spot *s = &l->spot[i];

		top = s->y - s->h / 2 < top ? s->y - s->h / 2 : top;
		bottom = s->y + s->h / 2 > bottom ? s->y + s->h / 2 : bottom;
	}
	for (int i = 0; i < l->n_spot; i++)
		l->spot[i].y += margin + 2 * line_h - top;   /* room for the title */
	l->h = bottom - top + 2 * margin + 2 * line_h;
}

static void set_y(struct making *m)
{
	struct layout *l = m->out;
	double *y = NEW_N(m->arena, double, l->n_spot), *want = NEW_N(m->arena, double, l->n_spot);
	double *low = NEW_N(m->arena, double, l->n_spot);
	int *count = NEW_N(m->arena, int, l->n_spot);

	for (int s = 0; s < SWEEPS; s++) {
		int forward = s % 2 == 0;

		for (int k = 0; k < l->n_column; k++) {
			int c = forward ? k : l->n_column - 1 - k;

			means(m, y, want, count, forward);
			place_column(l, c, want, low);
			for (int r = 0; r < l->n_row[c]; r++)
				y[l->column[c][r]] = l->spot[l->column[c][r]].y;
		}
	}
	shift_down(l);
}

static double y_before(const struct layout *l, int arrow)
{
	const struct path *p = &l->path[arrow];

	return l->spot[p->spot[p->n - 2]].y;
}

/* The arrows that come into a box meet it in the order of where they come from. */
static void set_ends(struct making *m)
{
	const struct graph *g = m->graph;
	struct layout *l = m->out;

	for (int k = 0; k < g->n_arrow; k++) {
		const struct spot *s = &l->spot[g->arrow[k].to];
		int n = 0, above = 0;

		for (int j = 0; j < g->n_arrow; j++)
			if (g->arrow[j].to == g->arrow[k].to) {
				double dy = y_before(l, j) - y_before(l, k);

				n++;
				above += dy < 0 || (dy == 0 && j < k);
			}
		l->path[k].y_end = s->y + (above + 0.5 - 0.5 * n) * (0.85 * s->h / n < 16 ? 0.85 * s->h / n : 16);
	}
}

struct layout *layout_of(const struct graph *g, struct arena *a)
{
	struct layout *l = NEW(a, struct layout);
	struct making m = { .arena = a, .graph = g, .out = l };

	for (int i = 0; i < g->n_box; i++)
		PUSH(a, l->spot, l->n_spot, ((struct spot){ .box = i }));
	if (!l->n_spot)
		return l;
	set_columns(&m);
	set_sizes(&m);
	add_passes(&m);
	fill_columns(&m);
	order_rows(&m);
	set_x(&m);
	set_y(&m);
	set_ends(&m);
	return l;
}
