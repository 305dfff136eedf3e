#include "num/bands.h"

#include <math.h>
#include <stddef.h>

/* Whether the frequency k / (n_vol tr_s) is to be removed. */
static bool removed(int k, int n_vol, double tr_s, const struct band *b)
{
	double from = b->from_hz * (n_vol * tr_s), to = b->to_hz * (n_vol * tr_s), near = 1e-9;
	bool inside = k >= from - near && k <= to + near;

	return inside == b->stop;
}

int bands_count(int n_vol, double tr_s, const struct band *b)
{
	int n = 0;

	for (int k = 1; k <= n_vol / 2; k++)
		if (removed(k, n_vol, tr_s, b))
			n += 2 * k == n_vol ? 1 : 2;
	return n;
}

void bands_basis(int n_vol, double tr_s, const struct band *b, double *out)
{
	size_t n = (size_t)bands_count(n_vol, tr_s, b), column = 0;

	for (int k = 1; k <= n_vol / 2; k++) {
		bool last = 2 * k == n_vol;
		double scale = sqrt((last ? 1.0 : 2.0) / n_vol);

		if (!removed(k, n_vol, tr_s, b))
			continue;
		for (int t = 0; t < n_vol; t++) {
			/* k t is reduced first: large angles would lose digits. */
			double angle = 2 * M_PI * (double)((long)k * t % n_vol) / n_vol;

			out[(size_t)t * n + column] = scale * cos(angle);
			if (!last)
				out[(size_t)t * n + column + 1] = scale * sin(angle);
		}
		column += last ? 1 : 2;
	}
}
