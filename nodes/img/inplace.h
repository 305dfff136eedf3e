/* inplace.h - a gzip file inflated straight into a new file, which is hashed meanwhile. */
#ifndef SULCUS_INPLACE_H
#define SULCUS_INPLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"

struct inplace {
	void *gz;                       /* a mapped file */
	size_t n;                       /* its bytes */
	const char *from, *to;          /* for messages */
	int fd;                         /* of the new file, to be read and written */
	size_t end, room;               /* bytes that it shall have, and that may come out at most */
	const unsigned char *start;     /* what it begins with instead of what comes out */
	size_t n_start;                 /* no more than end */
	int n_threads;                  /* 2 or more: it is hashed while it is inflated */
	char *map;                      /* inplace_map's */
	size_t got;                     /* bytes that came out */
	struct digest digest;           /* of the new file, when end bytes came out */
};

/* The new file as memory; false where that cannot be had. */
bool inplace_map(struct inplace *p);
/* Inflates, and ends the map. The new file is whole when got reaches end. */
must_check struct error *inplace_inflate(struct inplace *p);

#endif
