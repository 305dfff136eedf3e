/* Digests of what glm.contrast makes: test_golden.c says what for. */
#include "golden.h"
#include "made_glm.h"

TEST(golden_contrast)
{
	struct glm_contrast_params t = t_of("x0 - x1"), f = f_of(2, made_two_rows);
	const struct item *glm = made_stored(made_two_runs());
	struct tested m = made_test(t, glm, NULL);

	golden_expect("glm.contrast", m.out.effect, "image.nii");
	golden_expect("glm.contrast", m.out.variance, "image.nii");
	golden_expect("glm.contrast", m.out.z, "image.nii");
	golden_expect("glm.contrast", m.out.p, "image.nii");
	golden_expect("glm.contrast", m.out.log10p, "image.nii");
	m = made_test(f, glm, NULL);
	golden_expect("glm.contrast", m.out.stat, "image.nii");
	f.compat = GLM_CONTRAST_COMPAT_NILEARN;
	m = made_test(f, glm, NULL);
	golden_expect("glm.contrast", m.out.effect, "image.nii");
	f.fixed_effects = GLM_CONTRAST_FIXED_EFFECTS_PRECISION;
	m = made_test(f, glm, NULL);
	golden_expect("glm.contrast", m.out.z, "image.nii");
}
