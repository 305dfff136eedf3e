#include "cli/graph.h"

static void dot_text(FILE *f, const char *s)
{
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			fputc('\\', f);
		fputc((unsigned char)*s < 0x20 ? ' ' : *s, f);
	}
}

static void dot_box(FILE *f, int i, const struct box *b)
{
	static const char *const style[] = {
		[BOX_INPUT] = "shape=box, style=\"rounded,filled\", fillcolor=\"#e8eef7\"", [BOX_STEP] = "shape=box, fillcolor=\"#ffffff\"",
		[BOX_EXPORT] = "shape=note, fillcolor=\"#fdf6dd\"",
	};

	fprintf(f, "\tn%d [%s, label=\"", i, style[b->what]);
	dot_text(f, b->name);
	for (int k = 0; k < 2; k++) {
		const char *line = k ? b->axes : b->detail;

		if (*line)
			fputs("\\n", f);
		dot_text(f, line);
	}
	fputs("\"];\n", f);
}

void graph_write_dot(const struct graph *g, FILE *f)
{
	fputs("digraph pipeline {\n\trankdir=LR;\n\tlabelloc=t;\n\tlabel=\"", f);
	dot_text(f, g->title);
	fputs("\";\n\tgraph [fontname=\"sans-serif\", nodesep=0.25, ranksep=0.6];\n"
	      "\tnode [fontname=\"sans-serif\", fontsize=11, style=filled, color=\"#4a5568\"];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=9, color=\"#718096\", fontcolor=\"#4a5568\", arrowsize=0.7];\n", f);
	for (int i = 0; i < g->n_box; i++)
		dot_box(f, i, &g->box[i]);
	for (int i = 0; i < g->n_arrow; i++) {
		fprintf(f, "\tn%d -> n%d [label=\"", g->arrow[i].from, g->arrow[i].to);
		dot_text(f, g->arrow[i].label);
		fputs("\"];\n", f);
	}
	fputs("}\n", f);
}
