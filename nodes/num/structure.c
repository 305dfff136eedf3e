/* Rows of a volume are runs of ones, and a row of the neighbourhood makes each run longer at both ends: so a dilation is a few
 * memset() for each run. An erosion is the dilation of what is outside, with ones beyond the grid. */
#include "num/structure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct structure *structure_touch(enum components_touch touch, struct arena *a)
{
	const int axes = touch == COMPONENTS_FACES ? 1 : touch == COMPONENTS_EDGES ? 2 : 3;
	struct structure_row *row = NEW_N(a, struct structure_row, 9);
	struct structure *s = NEW(a, struct structure);

	*s = (struct structure){ .reach = { 1, 1, 1 }, .row = row };
	for (int dk = -1; dk <= 1; dk++)
		for (int dj = -1; dj <= 1; dj++) {
			const int left = axes - abs(dj) - abs(dk);   /* axes that may still differ */

			if (left >= 0)
				row[s->n++] = (struct structure_row){ dj, dk, left > 0 ? -1 : 0, left > 0 };
		}
	return s;
}

/* ---- balls ---- */
static double dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* The norm of the part of c that is orthogonal to a and b: how far planes along these are apart. */
static double height(const double a[3], const double b[3], const double c[3])
{
	const double cross[3] = { a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0] };

	return fabs(dot(cross, c)) / sqrt(dot(cross, cross));
}

static int least(double steps, int longest)
{
	return steps < longest ? (int)steps : longest;
}

/* The steps i with |i step[0] + dj step[1] + dk step[2]| <= mm; false: there is none. */
static bool ball_row(struct structure_row *out, const double step[3][3], double mm, int longest)
{
	double at[3], p, q = dot(step[0], step[0]), inside, root;

	for (int d = 0; d < 3; d++)
		at[d] = out->dj * step[1][d] + out->dk * step[2][d];
	p = dot(step[0], at);
	inside = p * p - q * (dot(at, at) - mm * mm);
	if (!(inside >= 0))
		return false;
	root = sqrt(inside);
	out->low = (int)fmax(ceil((-p - root) / q), -longest);
	out->high = (int)fmin(floor((-p + root) / q), longest);
	return out->low <= out->high;
}

struct structure *structure_ball(const double step[3][3], double mm, const int longest[3], struct arena *a)
{
	const double wide = mm * (1 + 1e-6);
	const int rj = least(wide / height(step[2], step[0], step[1]), longest[1]);
	const int rk = least(wide / height(step[0], step[1], step[2]), longest[2]);
	struct structure *s = NEW(a, struct structure);
	struct structure_row *row;

	if ((2.0 * rj + 1) * (2.0 * rk + 1) > STRUCTURE_ROWS)
		return NULL;
	row = NEW_N(a, struct structure_row, (2 * rj + 1) * (2 * rk + 1));
	*s = (struct structure){ .row = row };
	for (int dk = -rk; dk <= rk; dk++)
		for (int dj = -rj; dj <= rj; dj++) {
			struct structure_row r = { .dj = dj, .dk = dk };

			if (!ball_row(&r, step, wide, longest[0]))
				continue;
			row[s->n++] = r;
			s->reach[0] = r.high > s->reach[0] ? r.high : s->reach[0];
			s->reach[1] = dj > s->reach[1] ? dj : s->reach[1];
			s->reach[2] = dk > s->reach[2] ? dk : s->reach[2];
		}
	return s;
}

/* ---- dilation ---- */
struct growing {
	const int *n;
	const struct structure *s;
	bool beyond;                 /* beyond the grid there are ones */
	unsigned char *out;
};

/* Ones from begin to end of a row, end not among them, as far as the row goes. */
static void put(unsigned char *row, int n, int begin, int end)
{
	begin = begin < 0 ? 0 : begin;
	end = end > n ? n : end;
	if (begin < end)
		memset(row + begin, 1, (size_t)(end - begin));
}

/* What a row of ones and zeros (NULL: beyond the grid) does to the row that r leads to. */
static void grow_into(const struct growing *g, const unsigned char *x, unsigned char *out, const struct structure_row *r)
{
	const int n = g->n[0];

	if (!x || g->beyond) {
		put(out, n, 0, x ? r->high : n);
		put(out, n, n + r->low, n);
	}
	for (int i = 0; x && i < n;) {
		const unsigned char *one = memchr(x + i, 1, (size_t)(n - i)), *zero;
		int begin, end;

		if (!one)
			return;
		begin = (int)(one - x);
		zero = memchr(one, 0, (size_t)(n - begin));
		end = zero ? (int)(zero - x) : n;
		put(out, n, begin + r->low, end + r->high);
		i = end;
	}
}

static void grow_row(const struct growing *g, const unsigned char *x, int j, int k)
{
	if (x && !g->beyond && !memchr(x, 1, (size_t)g->n[0]))
		return;
	for (int e = 0; e < g->s->n; e++) {
		const struct structure_row *r = &g->s->row[e];
		const int tj = j + r->dj, tk = k + r->dk;

		if (tj >= 0 && tj < g->n[1] && tk >= 0 && tk < g->n[2])
			grow_into(g, x, g->out + (long)g->n[0] * (tj + (long)g->n[1] * tk), r);
	}
}

/* Rows beyond the grid matter as far as a step reaches. */
static void grow(const struct growing *g, const unsigned char *x)
{
	const int rj = g->beyond ? g->s->reach[1] : 0, rk = g->beyond ? g->s->reach[2] : 0;

	memset(g->out, 0, (size_t)g->n[0] * (size_t)g->n[1] * (size_t)g->n[2]);
	for (int k = -rk; k < g->n[2] + rk; k++)
		for (int j = -rj; j < g->n[1] + rj; j++) {
			bool inside = j >= 0 && j < g->n[1] && k >= 0 && k < g->n[2];

			grow_row(g, inside ? x + (long)g->n[0] * (j + (long)g->n[1] * k) : NULL, j, k);
		}
}

static int repeat(unsigned char *x, const int n[3], const struct structure *s, int times, bool beyond, struct arena *scratch)
{
	const size_t size = (size_t)n[0] * (size_t)n[1] * (size_t)n[2];
	struct arena_mark start = arena_mark(scratch);
	const struct growing g = { n, s, beyond, arena_alloc(scratch, size, 1) };
	int done = 0;

	for (; done < times; done++) {
		grow(&g, x);
		if (memcmp(x, g.out, size) == 0)
			break;
		memcpy(x, g.out, size);
	}
	arena_reset(scratch, start);
	return done;
}

static void turn(unsigned char *x, const int n[3])
{
	const long size = (long)n[0] * n[1] * n[2];

	for (long v = 0; v < size; v++)
		x[v] = !x[v];
}

int structure_dilate(unsigned char *x, const int n[3], const struct structure *s, int times, struct arena *scratch)
{
	return repeat(x, n, s, times, false, scratch);
}

int structure_erode(unsigned char *x, const int n[3], const struct structure *s, int times, struct arena *scratch)
{
	int done;

	turn(x, n);
	done = repeat(x, n, s, times, true, scratch);
	turn(x, n);
	return done;
}

/* ---- holes ---- */
static bool at_face(const int n[3], long v)
{
	const long at[3] = { v % n[0], v / n[0] % n[1], v / n[0] / n[1] };

	for (int d = 0; d < 3; d++)
		if (n[d] > 1 && (at[d] == 0 || at[d] == n[d] - 1))
			return true;
	return false;
}

int structure_fill(unsigned char *x, const int n[3], enum components_touch touch, struct arena *scratch)
{
	const long size = (long)n[0] * n[1] * n[2];
	struct arena_mark start = arena_mark(scratch);
	int *label = arena_alloc(scratch, (size_t)size, sizeof *label), n_part, n_hole = 0;
	bool *open;

	turn(x, n);
	n_part = components_label(x, n, touch, label, scratch);
	turn(x, n);
	open = NEW_N(scratch, bool, n_part + 1);
	open[0] = true;
	for (long v = 0; v < size; v++)
		if (label[v] > 0 && at_face(n, v))
			open[label[v]] = true;
	for (int k = 1; k <= n_part; k++)
		n_hole += !open[k];
	for (long v = 0; v < size; v++)
		x[v] |= !open[label[v]];
	arena_reset(scratch, start);
	return n_hole;
}
