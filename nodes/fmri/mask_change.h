/* mask_change.h - what the nodes have in common that make one mask of another. */
#ifndef SULCUS_FMRI_MASK_CHANGE_H
#define SULCUS_FMRI_MASK_CHANGE_H

#include <stdbool.h>

#include "base/error.h"
#include "img/mask.h"
#include "num/components.h"

struct node_env;
struct out;
struct shape;

enum mask_change { MASK_DILATE, MASK_ERODE, MASK_OPEN, MASK_CLOSE };

/* The parameters of schemas/parts/neighbours.yaml. */
struct mask_by {
	enum components_touch touch;
	int times;
	bool is_ball;
	double radius_mm;
};
#define MASK_BY(p) ((struct mask_by){ mask_touch((int)(p)->neighbours), (p)->iterations, (p)->has_radius, (p)->radius_mm })

/* In the order in which the schemas list them: 6, 18, 26. */
enum components_touch mask_touch(int choice);

/* The node's whole work: reads the mask, which may be empty, changes it, writes it and notes how many voxels it had and has. */
must_check struct error *mask_change(struct node_env *env, const struct item *mask, enum mask_change how, const struct mask_by *by,
                                     struct out *out);
/* Of a node with the input and output `mask`: what headers tell, and the problems of the parameters. */
void mask_change_shape(struct shape *s, enum mask_change how, const struct mask_by *by);

/* A mask as bytes of 0 and 1 that may be changed. */
must_check struct error *mask_bytes(struct mask *out, unsigned char **inside, const struct item *it, struct arena *a);
/* Writes what became of a mask; node: its name. When nothing is left, words say so. */
must_check struct error *mask_changed(struct node_env *env, struct out *out, const struct item *from, const struct mask *before,
                                      const unsigned char *inside, const char *node);
/* The shape of a node that changes one mask; false: nothing is known of it. */
bool mask_one_shape(struct shape *s, struct grid *g);

#endif
