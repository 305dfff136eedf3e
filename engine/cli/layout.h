/* layout.h - where the boxes of a graph go: columns by longest path, order within a column
 * by barycentres (Sugiyama, Tagawa and Toda 1981), arrows through free places. */
#ifndef SULCUS_LAYOUT_H
#define SULCUS_LAYOUT_H

struct arena;
struct graph;

struct spot {
	int box;                    /* -1: a place where a long arrow passes a column */
	int column, row;
	double x, y, w, h;          /* centre and size, px */
};

struct path {
	int n;
	const int *spot;            /* the spots an arrow goes through, both ends included */
	double y_end;               /* where it meets its last spot, px: the arrows of a box come in under each other */
};

struct layout {
	int n_spot, n_column;
	struct spot *spot;          /* the first n_box are the boxes */
	int *n_row;                 /* [n_column] */
	int **column;               /* [n_column][n_row] spots from top to bottom */
	struct path *path;          /* [n_arrow] */
	double w, h;                /* of the whole, px */
};

struct layout *layout_of(const struct graph *g, struct arena *a);

#endif
