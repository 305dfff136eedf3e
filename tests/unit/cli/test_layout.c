#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/graph.h"
#include "cli/layout.h"

enum { MOST = 60 };

/* A random graph: arrows lead from earlier boxes to later ones. */
static struct graph random_graph(int n, double density)
{
	struct graph g = { .arena = check_arena(), .title = "a <b> & \"c\"" };

	for (int i = 0; i < n; i++) {
		struct box b = { i % 3, arena_printf(check_arena(), "step_%d", i), i % 2 ? "image.smooth" : "", i % 5 ? "" : "sub (20)" };

		PUSH(g.arena, g.box, g.n_box, b);
		for (int k = 0; k < i; k++)
			if (check_random() < density)
				PUSH(g.arena, g.arrow, g.n_arrow, ((struct arrow){ k, i, "image" }));
	}
	return g;
}

static void check_spots_apart(const struct layout *l)
{
	for (int i = 0; i < l->n_spot; i++)
		for (int k = 0; k < i; k++) {
			const struct spot *a = &l->spot[i], *b = &l->spot[k];

			if (a->column == b->column)
				CHECK(fabs(a->y - b->y) >= (a->h + b->h) / 2 - 1e-6);
		}
}

TEST(boxes_do_not_overlap_and_arrows_lead_to_the_right)
{
	for (int n = 1; n < MOST; n += 7) {
		struct graph g = random_graph(n, 0.15);
		struct layout *l = layout_of(&g, check_arena());

		check_spots_apart(l);
		for (int k = 0; k < g.n_arrow; k++) {
			const struct path *p = &l->path[k];
			const struct spot *to = &l->spot[g.arrow[k].to];

			CHECK_INT(p->spot[0], g.arrow[k].from);
			CHECK_INT(p->spot[p->n - 1], g.arrow[k].to);
			for (int i = 1; i < p->n; i++)
				CHECK_INT(l->spot[p->spot[i]].column, l->spot[p->spot[i - 1]].column + 1);
			CHECK(fabs(p->y_end - to->y) <= to->h / 2);
		}
	}
}

TEST(all_is_inside_the_picture)
{
	struct graph g = random_graph(40, 0.1);
	struct layout *l = layout_of(&g, check_arena());

	for (int i = 0; i < l->n_spot; i++) {
		const struct spot *s = &l->spot[i];

		CHECK(s->x - s->w / 2 >= 0 && s->x + s->w / 2 <= l->w);
		CHECK(s->y - s->h / 2 >= 0 && s->y + s->h / 2 <= l->h);
	}
}

TEST(an_empty_graph_is_drawn)
{
	struct graph g = { .arena = check_arena(), .title = "" };
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	graph_write_svg(&g, f);
	fclose(f);
	CHECK(strstr(text, "</svg>"));
	free(text);
}

TEST(texts_are_escaped)
{
	struct graph g = random_graph(3, 1);
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	graph_write_svg(&g, f);
	graph_write_dot(&g, f);
	fclose(f);
	CHECK(strstr(text, "a &lt;b&gt; &amp; \"c\"</text>"));
	CHECK(strstr(text, "label=\"a <b> & \\\"c\\\"\""));
	free(text);
}
