#include "cli/graph.h"

#include <stdbool.h>

#include "base/arena.h"
#include "cli/columns.h"
#include "cli/layout.h"

static const double line_h = 15, fold = 9;   /* px */

static void xml_text(FILE *f, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&': fputs("&amp;", f); break;
		case '<': fputs("&lt;", f); break;
		case '>': fputs("&gt;", f); break;
		default: fputc((unsigned char)*s < 0x20 ? ' ' : *s, f);
		}
	}
}

static void write_line(FILE *f, double x, double y, const char *class, const char *text)
{
	fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	xml_text(f, text);
	fputs("</text>\n", f);
}

static void write_frame(FILE *f, enum box_class what, const struct spot *s)
{
	double l = s->x - s->w / 2, t = s->y - s->h / 2, r = s->x + s->w / 2, b = s->y + s->h / 2;

	if (what == BOX_EXPORT)                      /* a note: a corner is folded */
		fprintf(f, "<path class=\"export\" d=\"M%.1f %.1fH%.1fL%.1f %.1fV%.1fH%.1fZM%.1f %.1fV%.1fH%.1f\"/>\n",
		        l, t, r - fold, r, t + fold, b, l, r - fold, t, t + fold, r);
	else
		fprintf(f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%d\"/>\n",
		        what == BOX_INPUT ? "input" : "step", l, t, s->w, s->h, what == BOX_INPUT ? 14 : 3);
}

static void write_box(FILE *f, const struct box *b, const struct spot *s)
{
	int lines = 1 + (*b->detail != 0) + (*b->axes != 0);
	double y = s->y - (lines - 1) * line_h / 2 + 4;

	write_frame(f, b->what, s);
	write_line(f, s->x, y, "name", b->name);
	if (*b->detail)
		write_line(f, s->x, y += line_h, "detail", b->detail);
	if (*b->axes)
		write_line(f, s->x, y + line_h, "axes", b->axes);
}

/* From side to side in curves that leave and arrive level; straight through a column that is only passed. */
static void write_arrow(FILE *f, const struct layout *l, const struct path *p, const double *wide)
{
	const struct spot *a = &l->spot[p->spot[0]];
	double x = a->x + a->w / 2, y = a->y;

	fprintf(f, "<path class=\"arrow\" marker-end=\"url(#head)\" d=\"M%.1f %.1f", x, y);
	for (int i = 1; i < p->n; i++) {
		const struct spot *b = &l->spot[p->spot[i]];
		bool last = i == p->n - 1;
		double half = (last ? b->w : wide[b->column]) / 2, to = b->x - half - (last ? 2 : 0), mid = (x + to) / 2;
		double end = last ? p->y_end : b->y;

		fprintf(f, "C%.1f %.1f %.1f %.1f %.1f %.1f", mid, y, mid, end, to, end);
		x = b->x + half;
		y = end;
		if (!last)
			fprintf(f, "H%.1f", x);
	}
	fputs("\"/>\n", f);
}

static void write_label(FILE *f, const struct layout *l, const struct path *p, const char *label)
{
	const struct spot *s = &l->spot[p->spot[p->n - 1]];

	if (*label)
		write_line(f, s->x - s->w / 2 - 9, p->y_end - 2, "label", label);
}

static const char head[] =
	"<style>\n"
	"text{font-family:sans-serif;text-anchor:middle;fill:#1a202c}\n"
	".title{font-size:15px;font-weight:600}.name{font-size:12px;font-weight:600}\n"
	".detail{font-size:11px;fill:#4a5568}.axes{font-size:11px;font-style:italic;fill:#2b6cb0}\n"
	".label{text-anchor:end;font-size:9px;fill:#4a5568;paint-order:stroke;stroke:#fff;stroke-width:3px}\n"
	".step{fill:#fff;stroke:#4a5568}.input{fill:#e8eef7;stroke:#4a5568}.export{fill:#fdf6dd;stroke:#b7791f}\n"
	".arrow{fill:none;stroke:#718096}\n"
	"</style>\n"
	"<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
	"orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" fill=\"#718096\"/></marker></defs>\n"
	"<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";

void graph_write_svg(const struct graph *g, FILE *f)
{
	struct layout *l = layout_of(g, g->arena);
	double *wide = NEW_N(g->arena, double, l->n_column + 1);
	double w = l->w, title_w = 9.0 * text_width(g->title) + 20;

	if (w < title_w)
		w = title_w;
	for (int i = 0; i < l->n_spot; i++)
		if (l->spot[i].w > wide[l->spot[i].column])
			wide[l->spot[i].column] = l->spot[i].w;
	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n%s",
	        w, l->h + 10, w, l->h + 10, head);
	write_line(f, w / 2, 24, "title", g->title);
	for (int i = 0; i < g->n_arrow; i++)
		write_arrow(f, l, &l->path[i], wide);
	for (int i = 0; i < g->n_box; i++)
		write_box(f, &g->box[i], &l->spot[i]);
	for (int i = 0; i < g->n_arrow; i++)
		write_label(f, l, &l->path[i], g->arrow[i].label);
	fputs("</svg>\n", f);
}
