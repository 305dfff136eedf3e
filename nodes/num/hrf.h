/* hrf.h - haemodynamic responses: what one short event does to the signal over the next 32 s.
 *
 * A difference of two gamma densities, h(t) = g(t; delay / disp, disp) - ratio g(t; under / udisp, udisp), divided by its
 * sum, so that the response to a long event approaches 1.
 *   Friston et al. 1998, Event-related fMRI: characterizing differential responses (SPM's parameters)
 *   Glover 1999, Deconvolution of impulse response in event-related BOLD fMRI
 * Sampled as nilearn.glm.first_level.hemodynamic_models does: n = rint(32 / dt) samples that span 0 to 32 s, so that their
 * step is 32 / (n - 1), not dt, and the densities begin at dt. */
#ifndef SULCUS_HRF_H
#define SULCUS_HRF_H

enum hrf_shape { HRF_SPM, HRF_GLOVER };

/* The response; its derivative by the event's onset over 0.1 s; that by the width of the response (dispersion) over 0.01, for
 * which nilearn takes the undershoot's width of Glover's response for 1, not 0.9. */
enum hrf_part { HRF_RESPONSE, HRF_DERIVATIVE, HRF_DISPERSION };

enum { HRF_LENGTH_S = 32, HRF_MIN_SAMPLES = 4 };   /* with fewer samples it has no shape */

/* How many samples there are for steps of dt_s; callers ask for at least HRF_MIN_SAMPLES. */
int hrf_samples(double dt_s);
/* out [n], n = hrf_samples(dt_s); work [n]. */
void hrf_kernel(enum hrf_shape shape, enum hrf_part part, double dt_s, int n, double *out, double *work);

#endif
