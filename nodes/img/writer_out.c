#include "img/image.h"
#include "node/node.h"

static void tell(void *ctx, const struct digest *d, int64_t size)
{
	out_digest(ctx, "image.nii", d, size);
}

struct error *image_create_out(struct image_writer **out, struct out *to, const struct grid *g, int n_vol, double tr_s,
                               enum image_type type, struct arena *a)
{
	struct stream *passing = out_stream(to, "image.nii");

	if (passing)
		return image_create_passing(out, passing, g, n_vol, tr_s, type, a);
	TRY(image_create(out, out_blob(to, "image.nii"), g, n_vol, tr_s, type, a));
	image_hash(*out, tell, to, a);
	return NULL;
}
