/* Runs a program over a block of voxels: a stack of blocks of double, one loop a step. */
#include <math.h>
#include <string.h>

#include "img/expression_code.h"

static void fill(long n, double x, double *out)
{
	for (long v = 0; v < n; v++)
		out[v] = x;
}

const double *expression_block(const struct expression *e, const struct program *p, const struct expression_source *s,
                               int t, long first, long n, double *stack)
{
	double *top = stack;   /* where the next operand goes */

	for (int k = 0; k < p->n; k++) {
		const struct step *step = &p->step[k];

		switch (step->kind) {
		case STEP_NUMBER:
			fill(n, step->number, top);
			break;
		case STEP_TOTAL:
			fill(n, e->reduction[step->index].total, top);
			break;
		case STEP_VOLUME:
			memcpy(top, e->reduction[step->index].volume + first, (size_t)n * sizeof *top);
			break;
		case STEP_IMAGE:
			s->load(s->ctx, step->index, e->one_volume[step->index] ? 0 : t, first, n, top);
			break;
		case STEP_CALL:
			top -= (long)step->op->n_arg * EXPRESSION_BLOCK;
			step->op->run(n, top, top + EXPRESSION_BLOCK, top + 2 * EXPRESSION_BLOCK);
			break;
		}
		top += EXPRESSION_BLOCK;
	}
	return stack;
}

long expression_volume(const struct expression *e, const struct expression_source *s, int t, double *stack, float *out)
{
	long bad = 0;

	for (long first = 0; first < s->n_voxel; first += EXPRESSION_BLOCK) {
		long n = s->n_voxel - first < EXPRESSION_BLOCK ? s->n_voxel - first : EXPRESSION_BLOCK;
		const double *x = expression_block(e, &e->result, s, t, first, n, stack);

		for (long v = 0; v < n; v++) {
			out[first + v] = (float)x[v];
			bad += !isfinite(out[first + v]);
		}
	}
	return bad;
}

/* Kernels of one or two operands are still told where a third would be. */
size_t expression_stack(const struct expression *e)
{
	int depth = e->result.depth;

	for (int k = 0; k < e->n_reduction; k++)
		depth = e->reduction[k].of.depth > depth ? e->reduction[k].of.depth : depth;
	return (size_t)(depth + 2) * EXPRESSION_BLOCK;
}

bool expression_uses(const struct expression *e, int image)
{
	return e->uses[image];
}

int expression_volumes(const struct expression *e)
{
	return e->n_vol;
}

int expression_steps(const struct expression *e)
{
	int n = e->result.n;

	for (int k = 0; k < e->n_reduction; k++)
		n += e->reduction[k].of.n * (e->reduction[k].how == REDUCE_PERCENTILE ? 5 : 2);
	return n;
}

int expression_kept_volumes(const struct expression *e)
{
	int n = 0;

	for (int k = 0; k < e->n_reduction; k++)
		n += e->reduction[k].over_time;
	return n;
}
